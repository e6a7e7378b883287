// SPDX-License-Identifier: Apache-2.0
package io.github.clockifybridge.jira;

import com.atlassian.sal.api.user.*;
import com.atlassian.sal.api.websudo.WebSudoManager;
import java.io.IOException;
import javax.servlet.http.*;

/** The Configure page's shell, for system administrators with a confirmed session; its script does the rest. */
public final class AdminServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        UserManager users = Host.service(UserManager.class);
        UserKey user = users.getRemoteUserKey();
        WebSudoManager sudo = Host.service(WebSudoManager.class);
        if (user == null) {
            response.sendRedirect(request.getContextPath()
                    + "/login.jsp?permissionViolation=true&os_destination=%2Fplugins%2Fservlet%2Fclockify%2Fadmin");
        } else if (!users.isSystemAdmin(user)) {
            response.sendError(403);
        } else if (!sudo.canExecuteRequest(request)) {
            sudo.enforceWebSudoProtection(request, response);
        } else {
            response.setContentType("text/html;charset=UTF-8");
            response.setHeader("Cache-Control", "no-store");
            response.setHeader("X-Frame-Options", "SAMEORIGIN");
            response.getWriter().write("<!DOCTYPE html>\n<html><head><title>Clockify</title>"
                    + "<meta name=\"decorator\" content=\"atl.admin\"></head>"
                    + "<body><div id=\"clockify-admin\"></div></body></html>\n");
        }
    }
}
