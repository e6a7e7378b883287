// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The HTML of the stand-in's pages: the ids and classes by which an app finds its way in an issue page of Jira. */
final class Pages {
    private final Plugin plugin;
    private final String context;
    private final List<String> issues;

    Pages(Plugin plugin, String context, List<String> issues) {
        this.plugin = plugin;
        this.context = context;
        this.issues = issues;
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;").replace("'", "&#39;");
    }

    /** theme: light or dark; webContext: whose web-resources the page gets */
    String page(String title, String body, Person person, String theme, String webContext) {
        StringBuilder out = new StringBuilder("<!DOCTYPE html>\n<html lang=\"" + (person == null ? "en" : person.locale().getLanguage())
                + "\" data-color-mode=\"" + theme + "\" data-theme=\"dark:dark light:light\" data-host-theme=\"" + theme + "\"><head><meta charset=\"utf-8\"><title>"
                + escape(title) + "</title>");
        out.append("<meta name=\"ajs-remote-user\" content=\"").append(person == null ? "" : escape(person.name())).append("\">");
        out.append("<meta name=\"ajs-context-path\" content=\"").append(context).append("\"><link rel=\"icon\" href=\"data:,\">");
        for (String css : new String[] {"aui/aui-prototyping.css", "web/host.css"}) out.append(link("/host/" + css));
        for (String js : new String[] {"web/context.js", "jquery.js", "aui/aui-prototyping.js", "aui/aui-prototyping-design-tokens-api-full.js", "web/host.js"})
            out.append(script("/host/" + js));
        if (webContext != null && person != null)
            for (String name : plugin.resources(webContext))
                out.append(name.endsWith(".css") ? link("/s/" + name) : script("/s/" + name + "?locale=" + person.locale().getLanguage()));
        return out + "</head><body class=\"aui-page-focused\">" + header(person) + "<main id=\"content\">" + body + "</main></body></html>\n";
    }

    private String link(String path) {
        return "<link rel=\"stylesheet\" href=\"" + context + path + "\">";
    }

    private String script(String path) {
        return "<script src=\"" + context + path + "\" defer></script>";
    }

    private String header(Person person) {
        String admin = person != null && person.admin() ? "<a href=\"" + context + plugin.configureUrl() + "\">Configure app</a>" : "";
        String who = person == null ? "" : admin + "<span class=\"host-user\">" + escape(person.name()) + "</span><a href=\"" + context + "/logout\">Log out</a>";
        return "<header class=\"host-header\"><a class=\"host-logo\" href=\"" + context + "/\">Stand-in Jira</a><span class=\"host-right\">" + who + "</span></header>";
    }

    String login(boolean failed, String destination) {
        return "<div class=\"host-card\"><h1>Log in</h1>" + (failed ? "<p class=\"host-failed\" role=\"alert\">Wrong name or password.</p>" : "")
                + "<form class=\"aui top-label\" method=\"post\"><input type=\"hidden\" name=\"os_destination\" value=\"" + escape(destination) + "\">"
                + field("os_username", "User name", "text") + field("os_password", "Password", "password") + submit("Log in");
    }

    String webSudo(boolean failed, String destination) {
        return "<div class=\"host-card\"><h1>Administrator access</h1>" + (failed ? "<p class=\"host-failed\" role=\"alert\">Wrong password.</p>" : "")
                + "<form class=\"aui top-label\" method=\"post\"><input type=\"hidden\" name=\"webSudoDestination\" value=\"" + escape(destination) + "\">"
                + field("webSudoPassword", "Password", "password") + submit("Confirm");
    }

    private static String field(String name, String label, String type) {
        return "<div class=\"field-group\"><label for=\"" + name + "\">" + label + "</label><input class=\"text\" id=\"" + name + "\" name=\"" + name
                + "\" type=\"" + type + "\" autocomplete=\"off\"></div>";
    }

    private static String submit(String text) {
        return "<div class=\"buttons-container\"><button class=\"aui-button aui-button-primary\">" + text + "</button></div></form></div>";
    }

    String overview() {
        return "<div class=\"host-body\">" + list(null) + "<div id=\"issue-content\"><p>Choose an issue.</p></div></div>";
    }

    private String list(String current) {
        StringBuilder out = new StringBuilder("<nav class=\"host-issues\" aria-label=\"Issues\"><ul>");
        for (String key : issues)
            out.append("<li><a data-issue href=\"").append(context).append("/browse/").append(key).append("\"")
                    .append(key.equals(current) ? " aria-current=\"page\"" : "").append(">").append(key).append("</a></li>");
        return out + "</ul></nav>";
    }

    String issuePage(String key, String content) {
        return "<div class=\"host-body\">" + list(key) + "<div id=\"issue-content\">" + content + "</div></div>";
    }

    /** What Jira swaps when another issue is opened. */
    String issue(Object issue, Locale locale) throws IOException {
        @SuppressWarnings("unchecked")
        Map<String, Object> fields = (Map<String, Object>) ((Map<String, Object>) issue).get("fields");
        String key = Json.text(issue, "key"), parent = Json.text(fields, "parent", "key");
        StringBuilder out = new StringBuilder("<div class=\"host-title\"><span id=\"project-name-val\">" + escape(Json.text(fields, "project", "name")) + "</span> / ");
        if (!parent.isEmpty()) out.append("<a id=\"parent_issue_summary\" href=\"" + context + "/browse/" + parent + "\">" + parent + "</a> / ");
        out.append("<a id=\"key-val\" data-issue-key=\"" + key + "\" rel=\"" + Json.text(issue, "id") + "\" href=\"" + context + "/browse/" + key + "\">" + key + "</a>");
        out.append("<h1 id=\"summary-val\">" + escape(Json.text(fields, "summary")) + "</h1></div><div class=\"host-columns\"><div class=\"host-main\"><dl>");
        out.append("<dt>Type</dt><dd id=\"type-val\">" + escape(Json.text(fields, "issuetype", "name")) + "</dd><dt>Labels</dt><dd id=\"wrap-labels\"><ul class=\"labels\">");
        Object labels = fields.get("labels");
        if (labels instanceof List)
            for (Object label : (List<?>) labels) out.append("<li><a class=\"lozenge\" href=\"#\"><span>" + escape(label.toString()) + "</span></a></li>");
        out.append("</ul></dd></dl></div><aside class=\"host-side\" aria-label=\"Details\">");
        for (String[] panel : plugin.panels("atl.jira.view.issue.right.context", locale))
            out.append("<div class=\"module toggle-wrap\"><div class=\"mod-header\"><h2 class=\"toggle-title\">" + escape(panel[0])
                    + "</h2></div><div class=\"mod-content\">" + panel[1] + "</div></div>");
        return out + "</aside></div>";
    }
}
