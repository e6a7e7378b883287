// SPDX-License-Identifier: Apache-2.0
package io.github.clockifybridge.jira;

import com.atlassian.sal.api.component.ComponentLocator;
import javax.servlet.ServletConfig;
import org.osgi.framework.*;

/** Where the app gets what Jira knows and what the administrator set. Decides nothing; keeps nothing. */
final class Host {
    /** From OSGi's registry, else from SAL's locator: which of the two has it depends on Jira's version. */
    static <T> T service(Class<T> type) {
        Bundle bundle = FrameworkUtil.getBundle(Host.class);
        BundleContext context = bundle == null ? null : bundle.getBundleContext();
        ServiceReference<T> reference = context == null ? null : context.getServiceReference(type);
        T found = reference == null ? null : context.getService(reference);
        return found == null ? ComponentLocator.getComponent(type) : found;
    }

    /** The system property clockify.bridge.NAME, else the servlet's init-param NAME. */
    static String setting(ServletConfig config, String name) {
        return System.getProperty("clockify.bridge." + name, config.getInitParameter(name));
    }
}
