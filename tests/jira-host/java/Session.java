// SPDX-License-Identifier: Apache-2.0
import com.atlassian.sal.api.user.UserKey;
import com.atlassian.sal.api.user.UserManager;
import com.atlassian.sal.api.websudo.WebSudoManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Who is logged in, and what SAL's services say of it. */
final class Session implements UserManager, WebSudoManager {
    static final String WEBSUDO = "/secure/admin/WebSudoAuthenticate.jspa";
    private final Map<String, Person> people;
    private final ThreadLocal<HttpServletRequest> current = new ThreadLocal<>();

    /** people: by name */
    Session(Map<String, Person> people) {
        this.people = people;
    }

    void enter(HttpServletRequest request) {
        current.set(request);
    }

    void leave() {
        current.remove();
    }

    Person person(HttpServletRequest request) {
        Object name = request.getSession(true).getAttribute("user");
        return name == null ? null : people.get(name.toString());
    }

    boolean login(HttpServletRequest request) {
        Person person = people.get(String.valueOf(request.getParameter("os_username")));
        if (person == null || !person.password().equals(request.getParameter("os_password"))) return false;
        request.getSession(true).setAttribute("user", person.name());
        return true;
    }

    boolean confirm(HttpServletRequest request) {
        Person person = person(request);
        if (person == null || !person.password().equals(request.getParameter("webSudoPassword"))) return false;
        request.getSession(true).setAttribute("websudo", true);
        return true;
    }

    private Person of(UserKey key) {
        return people.values().stream().filter((person) -> person.key().equals(key.getStringValue())).findAny().orElse(null);
    }

    @Override
    public String getRemoteUsername() {
        Person person = person(current.get());
        return person == null ? null : person.name();
    }

    @Override
    public UserKey getRemoteUserKey() {
        Person person = person(current.get());
        return person == null ? null : new UserKey(person.key());
    }

    @Override
    public boolean isAdmin(UserKey user) {
        return isSystemAdmin(user);
    }

    @Override
    public boolean isSystemAdmin(UserKey user) {
        return of(user) != null && of(user).admin();
    }

    @Override
    public boolean isLicensed(UserKey user) {
        return of(user) != null;
    }

    @Override
    public boolean canExecuteRequest(HttpServletRequest request) {
        return request.getSession(true).getAttribute("websudo") != null;
    }

    @Override
    public void enforceWebSudoProtection(HttpServletRequest request, HttpServletResponse response) {
        try {
            response.sendRedirect(request.getContextPath() + WEBSUDO + "?webSudoDestination=" + request.getRequestURI());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void willExecuteWebSudoRequest(HttpServletRequest request) {}
}
