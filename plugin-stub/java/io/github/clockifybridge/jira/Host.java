// SPDX-License-Identifier: Apache-2.0
package io.github.clockifybridge.jira;

import com.atlassian.sal.api.component.ComponentLocator;
import com.atlassian.sal.api.user.*;
import com.atlassian.sal.api.websudo.WebSudoManager;
import java.io.IOException;
import javax.servlet.ServletConfig;
import javax.servlet.http.*;
import org.osgi.framework.*;

/** What Jira knows of the request: who asks, and what that person may. Decides nothing; keeps nothing. */
final class Host {
    /** The signed-in user's key, which a rename leaves alone; null for nobody. */
    static UserKey user() {
        return service(UserManager.class).getRemoteUserKey();
    }

    static boolean isSystemAdmin(UserKey user) {
        return service(UserManager.class).isSystemAdmin(user);
    }

    /** Whether the password was confirmed for administration in this session. */
    static boolean hasWebSudo(HttpServletRequest request) {
        return service(WebSudoManager.class).canExecuteRequest(request);
    }

    static void askForWebSudo(HttpServletRequest request, HttpServletResponse response) throws IOException {
        service(WebSudoManager.class).enforceWebSudoProtection(request, response);
    }

    /** The system property clockify.bridge.NAME, else the servlet's init-param NAME. */
    static String setting(ServletConfig config, String name) {
        return System.getProperty("clockify.bridge." + name, config.getInitParameter(name));
    }

    /** From OSGi's registry, else from SAL's locator: which of the two has it depends on Jira's version. */
    private static <T> T service(Class<T> type) {
        Bundle bundle = FrameworkUtil.getBundle(Host.class);
        BundleContext context = bundle == null ? null : bundle.getBundleContext();
        ServiceReference<T> reference = context == null ? null : context.getServiceReference(type);
        T found = reference == null ? null : context.getService(reference);
        return found == null ? ComponentLocator.getComponent(type) : found;
    }
}
