// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.servlet.ServletException;
import javax.servlet.http.HttpServlet;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletRequestWrapper;
import javax.servlet.http.HttpServletResponse;
import javax.servlet.http.HttpServletResponseWrapper;

/** Every request: who it is, then the plugin's servlet, a page, a file, or the simulator. */
final class Front extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:";
    private final transient Plugin plugin;
    private final transient Session session;
    private final transient Upstream upstream;
    private final transient Pages pages;
    private final transient Path modules;
    private final transient Path web;

    Front(Plugin plugin, Session session, Upstream upstream, Pages pages, Path modules, Path web) {
        this.plugin = plugin;
        this.session = session;
        this.upstream = upstream;
        this.pages = pages;
        this.modules = modules;
        this.web = web;
    }

    @Override
    public void init() throws ServletException {
        try {
            plugin.makeServlets(getServletContext());
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        session.enter(request);
        try {
            dispatch(request, response, request.getRequestURI().substring(request.getContextPath().length()));
        } finally {
            session.leave();
        }
    }

    private void dispatch(HttpServletRequest request, HttpServletResponse response, String path) throws ServletException, IOException {
        Person person = session.person(request);
        if (path.startsWith("/plugins/servlet")) plugged(request, response, path.substring("/plugins/servlet".length()), person);
        else if (path.startsWith("/rest/")) upstream.forward(request, response, person, path);
        else if (path.startsWith("/host/")) file(response, request, path.substring("/host/".length()));
        else if (path.startsWith("/s/")) resource(request, response, path.substring("/s/".length()));
        else if (path.equals("/login.jsp")) login(request, response);
        else if (path.equals("/logout")) logout(request, response);
        else if (person == null) response.sendRedirect(request.getContextPath() + "/login.jsp?os_destination=" + path);
        else if (path.equals(Session.WEBSUDO)) webSudo(request, response, person);
        else if (path.startsWith("/browse/")) browse(request, response, path.substring("/browse/".length()), person);
        else html(request, response, "Issues", pages.overview(), person, "jira.view.issue");
    }

    private void plugged(HttpServletRequest request, HttpServletResponse response, String path, Person person) throws ServletException, IOException {
        HttpServlet servlet = plugin.servlet(path);
        if (servlet == null) {
            response.sendError(404);
            return;
        }
        StringWriter body = new StringWriter();
        HttpServletResponseWrapper caught = new HttpServletResponseWrapper(response) {
            @Override
            public PrintWriter getWriter() {
                return new PrintWriter(body);
            }
        };
        servlet.service(new HttpServletRequestWrapper(request) {
            @Override
            public String getRemoteUser() {
                return person == null ? null : person.name();
            }
        }, caught);
        String page = body.toString();
        if (page.isEmpty()) return;
        if (page.contains("<meta name=\"decorator\" content=\"atl.admin\">"))
            html(request, response, "Administration", "<div class=\"host-body host-admin\">" + page.replaceAll("(?s).*<body>|</body>.*", "") + "</div>", person, "atl.admin");
        else response.getWriter().write(page);
    }

    private void html(HttpServletRequest request, HttpServletResponse response, String title, String body, Person person, String webContext) throws IOException {
        String theme = "dark".equals(request.getParameter("theme")) || "dark".equals(request.getSession(true).getAttribute("theme")) ? "dark" : "light";
        if ("light".equals(request.getParameter("theme"))) theme = "light";
        request.getSession(true).setAttribute("theme", theme);
        response.setContentType("text/html;charset=UTF-8");
        response.setHeader("Content-Security-Policy", POLICY);
        response.getWriter().write(pages.page(title, body, person, theme, webContext));
    }

    private void browse(HttpServletRequest request, HttpServletResponse response, String key, Person person) throws IOException {
        Object issue = upstream.get("/rest/api/2/issue/" + key, person);
        if (issue == null) {
            response.sendError(404);
            return;
        }
        String content = pages.issue(issue, person.locale());
        if (request.getParameter("fragment") == null) {
            html(request, response, key, pages.issuePage(key, content), person, "jira.view.issue");
            return;
        }
        response.setContentType("text/html;charset=UTF-8");
        response.getWriter().write(content);
    }

    private static String destination(HttpServletRequest request, String param) {
        String to = request.getParameter(param);
        return to != null && to.startsWith("/") && !to.startsWith("//") ? to : "/";
    }

    private void login(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean tried = request.getMethod().equals("POST");
        if (tried && session.login(request)) response.sendRedirect(request.getContextPath() + destination(request, "os_destination"));
        else html(request, response, "Log in", pages.login(tried, destination(request, "os_destination")), null, null);
    }

    private void logout(HttpServletRequest request, HttpServletResponse response) throws IOException {
        request.getSession(true).invalidate();
        response.sendRedirect(request.getContextPath() + "/login.jsp");
    }

    private void webSudo(HttpServletRequest request, HttpServletResponse response, Person person) throws IOException {
        boolean tried = request.getMethod().equals("POST");
        if (tried && session.confirm(request)) response.sendRedirect(destination(request, "webSudoDestination"));
        else html(request, response, "Administrator access", pages.webSudo(tried, destination(request, "webSudoDestination")), person, null);
    }

    private void resource(HttpServletRequest request, HttpServletResponse response, String name) throws IOException {
        byte[] bytes = plugin.resource(name, Locale.forLanguageTag(String.valueOf(request.getParameter("locale"))));
        if (bytes == null) response.sendError(404);
        else give(response, name, bytes);
    }

    private void file(HttpServletResponse response, HttpServletRequest request, String name) throws IOException {
        if (name.equals("web/context.js")) {
            give(response, name, ("window.AJS = {contextPath: function () { return " + Json.quote(request.getContextPath()) + "; }};\n").getBytes(StandardCharsets.UTF_8));
            return;
        }
        Path root = name.startsWith("web/") ? web : modules;
        Path path = root.resolve(name.equals("jquery.js") ? "jquery/dist/jquery.min.js" : name.startsWith("aui/") ? "@atlassian/aui/dist/aui/" + name.substring(4)
                : name.substring(4)).normalize();
        if (!path.startsWith(root) || !Files.isRegularFile(path)) response.sendError(404);
        else give(response, name, Files.readAllBytes(path));
    }

    private static void give(HttpServletResponse response, String name, byte[] bytes) throws IOException {
        response.setContentType(name.endsWith(".css") ? "text/css;charset=UTF-8" : name.endsWith(".js") ? "text/javascript;charset=UTF-8"
                : name.endsWith(".svg") ? "image/svg+xml" : name.endsWith(".woff2") ? "font/woff2" : "application/octet-stream");
        response.getOutputStream().write(bytes);
    }
}
