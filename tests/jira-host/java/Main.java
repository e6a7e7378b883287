// SPDX-License-Identifier: Apache-2.0
import com.atlassian.sal.api.component.ComponentLocator;
import com.atlassian.sal.api.user.UserManager;
import com.atlassian.sal.api.websudo.WebSudoManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.servlet.http.HttpServlet;

/**
 * A stand-in Jira on a loopback address: the very jar in Felix, a real servlet container, and the simulator behind it.
 * Prints {"url": ...} when it is ready, and ends with its standard input.
 */
public final class Main {
    public static void main(String[] words) throws Exception {
        Map<String, List<String>> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < words.length; i += 2) options.computeIfAbsent(words[i], (name) -> new ArrayList<>()).add(words[i + 1]);
        Map<String, Person> people = new LinkedHashMap<>();
        for (String words2 : options.getOrDefault("--user", List.of())) {
            Person person = Person.of(words2);
            people.put(person.name(), person);
        }
        Session session = new Session(people);
        ComponentLocator.COMPONENTS.put(UserManager.class, session);
        ComponentLocator.COMPONENTS.put(WebSudoManager.class, session);
        String context = one(options, "--context", "/jira");
        Plugin plugin = new Plugin(Path.of(one(options, "--jar", "")), session, HttpServlet.class.getPackageName().replace(".http", ""));
        Pages pages = new Pages(plugin, context, options.getOrDefault("--issue", List.of()));
        Front front = new Front(plugin, session, new Upstream(one(options, "--jira", "")), pages,
                Path.of(one(options, "--modules", "/nowhere")), Path.of(one(options, "--web", "/nowhere")));
        int port = Container.start(Integer.parseInt(one(options, "--port", "0")), context, front);
        System.out.println("{\"url\": " + Json.quote("http://127.0.0.1:" + port + context) + ", \"origin\": " + Json.quote("http://127.0.0.1:" + port) + "}");
        System.out.flush();
        while (System.in.read() >= 0) { /* until whoever started this is gone */ }
        plugin.stop();
        Runtime.getRuntime().halt(0);
    }

    private static String one(Map<String, List<String>> options, String name, String fallback) {
        return options.containsKey(name) ? options.get(name).get(0) : fallback;
    }
}
