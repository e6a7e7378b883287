// SPDX-License-Identifier: Apache-2.0
import com.atlassian.sal.api.user.UserManager;
import com.atlassian.sal.api.websudo.WebSudoManager;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.servlet.ServletConfig;
import javax.servlet.ServletContext;
import javax.servlet.http.HttpServlet;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.launch.Framework;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The very jar, in Felix, an OSGi framework: its bundle is resolved against what the host exports, its descriptor read,
 * its servlets made, and its files, texts and panels given out, as Jira does it.
 */
final class Plugin {
    private static final Pattern TEXT = Pattern.compile("AJS\\.I18n\\.getText\\(\\s*(['\"])([\\w.-]+)\\1\\s*([),])");
    private final Framework framework;
    private final Bundle bundle;
    private final Element descriptor;
    private final Map<String, HttpServlet> servlets = new LinkedHashMap<>();
    final String key;

    Plugin(Path jar, Session session, String servletPackage) throws Exception {
        Map<String, String> settings = new HashMap<>();
        Path cache = Files.createTempDirectory("jira-host-osgi");
        settings.put("org.osgi.framework.storage", cache.toString());
        settings.put("org.osgi.framework.storage.clean", "onFirstInit");
        settings.put("felix.service.urlhandlers", "false");
        settings.put("org.osgi.framework.system.packages.extra", String.join(",", servletPackage, servletPackage + ".http",
                "com.atlassian.sal.api.user", "com.atlassian.sal.api.websudo", "com.atlassian.sal.api.component"));
        framework = new FrameworkFactory().newFramework(settings);
        framework.start();
        framework.getBundleContext().registerService(UserManager.class, session, null);
        framework.getBundleContext().registerService(WebSudoManager.class, session, null);
        bundle = framework.getBundleContext().installBundle(jar.toUri().toString());
        descriptor = DocumentBuilderFactory.newInstance().newDocumentBuilder()
                .parse(new java.io.ByteArrayInputStream(bytes("atlassian-plugin.xml"))).getDocumentElement();
        key = descriptor.getAttribute("key");
        checkManifest();
        bundle.start();
    }

    /** Without these Jira rewrites the jar, or never enables it. */
    private void checkManifest() {
        String named = bundle.getHeaders().get("Atlassian-Plugin-Key");
        if (!key.equals(named)) throw new IllegalStateException("Atlassian-Plugin-Key is " + named + ", not " + key);
        if (!"*".equals(bundle.getHeaders().get("Spring-Context"))) throw new IllegalStateException("Spring-Context: * is missing");
        if (bundle.getEntry("META-INF/spring/plugin-context.xml") == null) throw new IllegalStateException("no Spring context");
    }

    void makeServlets(ServletContext context) throws Exception {
        for (Element module : all(descriptor, "servlet")) {
            Map<String, String> params = new LinkedHashMap<>();
            for (Element param : all(module, "init-param")) params.put(word(param, "param-name"), word(param, "param-value"));
            HttpServlet servlet = (HttpServlet) bundle.loadClass(module.getAttribute("class")).getDeclaredConstructor().newInstance();
            servlet.init(config(module.getAttribute("key"), params, context));
            servlets.put(word(module, "url-pattern"), servlet);
        }
    }

    /** path: behind /plugins/servlet */
    HttpServlet servlet(String path) {
        return servlets.get(path);
    }

    void stop() throws Exception {
        framework.stop();
        framework.waitForStop(5000);
    }

    /** "resource key/file name" of all web-resources of a context, in order. */
    List<String> resources(String context) {
        List<String> out = new ArrayList<>();
        for (Element module : all(descriptor, "web-resource")) {
            if (all(module, "context").stream().noneMatch((element) -> element.getTextContent().trim().equals(context))) continue;
            for (Element file : all(module, "resource")) out.add(module.getAttribute("key") + "/" + file.getAttribute("name"));
        }
        return out;
    }

    /** A file of a web-resource, its texts translated where the descriptor says so; null when there is none. */
    byte[] resource(String name, Locale locale) throws IOException {
        for (Element module : all(descriptor, "web-resource"))
            for (Element file : all(module, "resource"))
                if (name.equals(module.getAttribute("key") + "/" + file.getAttribute("name"))) {
                    byte[] bytes = bytes(file.getAttribute("location"));
                    boolean translate = name.endsWith(".js") && !all(module, "transformer").isEmpty();
                    return translate ? translated(new String(bytes, StandardCharsets.UTF_8), locale).getBytes(StandardCharsets.UTF_8) : bytes;
                }
        return null;
    }

    /** As Jira's jsI18n: a text without arguments stands in place of the call, one with arguments is formatted. */
    private String translated(String script, Locale locale) throws IOException {
        Properties texts = texts(locale);
        Matcher call = TEXT.matcher(script);
        StringBuilder out = new StringBuilder();
        while (call.find()) {
            String text = Json.quote(texts.getProperty(call.group(2), call.group(2)));
            call.appendReplacement(out, Matcher.quoteReplacement(call.group(3).equals(")") ? text : "AJS.format(" + text + ","));
        }
        return call.appendTail(out).toString();
    }

    Properties texts(Locale locale) throws IOException {
        Properties texts = new Properties();
        for (Element resource : all(descriptor, "resource")) {
            if (!resource.getAttribute("type").equals("i18n")) continue;
            for (String suffix : new String[] {"", "_" + locale.getLanguage()}) {
                URL url = bundle.getEntry(resource.getAttribute("location") + suffix + ".properties");
                if (url == null) continue;
                try (InputStream in = url.openStream()) {
                    texts.load(in);
                }
            }
        }
        return texts;
    }

    /** Title and HTML of each panel at a location. */
    List<String[]> panels(String location, Locale locale) throws IOException {
        List<String[]> out = new ArrayList<>();
        for (Element panel : all(descriptor, "web-panel")) {
            if (!panel.getAttribute("location").equals(location)) continue;
            String title = texts(locale).getProperty(all(panel, "label").get(0).getAttribute("key"));
            Element view = all(panel, "resource").get(0);
            if (!view.getAttribute("type").equals("static")) throw new IllegalStateException("a panel that is not static");
            out.add(new String[] {title, new String(bytes(view.getAttribute("location")), StandardCharsets.UTF_8)});
        }
        return out;
    }

    String configureUrl() {
        for (Element param : all(descriptor, "param"))
            if (param.getAttribute("name").equals("configure.url")) return param.getTextContent().trim();
        return null;
    }

    private byte[] bytes(String path) throws IOException {
        URL url = bundle.getEntry(path);
        if (url == null) throw new IOException("the jar has no " + path);
        try (InputStream in = url.openStream()) {
            return in.readAllBytes();
        }
    }

    private static List<Element> all(Element from, String name) {
        List<Element> out = new ArrayList<>();
        NodeList found = from.getElementsByTagName(name);
        for (int i = 0; i < found.getLength(); i++) out.add((Element) found.item(i));
        return out;
    }

    private static String word(Element from, String name) {
        return all(from, name).get(0).getTextContent().trim();
    }

    private static ServletConfig config(String name, Map<String, String> params, ServletContext context) {
        return new ServletConfig() {
            @Override
            public String getServletName() {
                return name;
            }

            @Override
            public ServletContext getServletContext() {
                return context;
            }

            @Override
            public String getInitParameter(String param) {
                return params.get(param);
            }

            @Override
            public Enumeration<String> getInitParameterNames() {
                return Collections.enumeration(params.keySet());
            }
        };
    }
}
