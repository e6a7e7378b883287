// SPDX-License-Identifier: Apache-2.0
package io.github.clockifybridge.jira;

import com.atlassian.sal.api.user.*;
import com.atlassian.sal.api.websudo.WebSudoManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Semaphore;
import javax.servlet.http.*;

/**
 * What the page asks for, handed to the bridge with the facts of who asks. Only same-origin POSTs of JSON by a
 * signed-in user pass; the body goes on as a string, never as JSON, so that it can forge nothing. No logic, no state.
 */
public final class RpcServlet extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST_BODY = 64 << 10;
    private static final String TOO_LONG = "The request is too long.";
    /** So many of Jira's threads may wait for the bridge; the others are told to come again. */
    private final transient Semaphore waiting = new Semaphore(32);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String answer;
        try {
            check(request);
            answer = call(request);
        } catch (BridgeCall.Failure e) {
            response.setStatus(e.status);
            if (e.status == 405) response.setHeader("Allow", "POST");
            answer = "{\"error\":{\"message\":" + quote(e.getMessage()) + ",\"data\":{\"reason\":\"" + e.reason + "\"}}}";
        }
        response.setContentType("application/json;charset=UTF-8");
        response.setHeader("Cache-Control", "no-store");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
    }

    /** Each of these alone keeps a page of another origin out; a form can meet none of them. */
    private static void check(HttpServletRequest request) throws BridgeCall.Failure {
        String type = request.getContentType(), site = request.getHeader("Sec-Fetch-Site");
        if (!request.getMethod().equals("POST")) throw refusal(405, "Only POST is taken here.");
        if (type == null || !type.split(";")[0].trim().equalsIgnoreCase("application/json"))
            throw refusal(415, "Only application/json is taken here.");
        if (!"no-check".equals(request.getHeader("X-Atlassian-Token")))
            throw refusal(403, "The header X-Atlassian-Token is missing.");
        if (site != null && !site.equals("same-origin")) throw refusal(403, "Another site may not ask.");
        if (request.getContentLengthLong() > LONGEST_BODY) throw new BridgeCall.Failure(413, "invalid_request", TOO_LONG);
    }

    private String call(HttpServletRequest request) throws IOException {
        UserManager users = Host.service(UserManager.class);
        UserKey user = users.getRemoteUserKey();
        if (user == null) throw new BridgeCall.Failure(401, "not_signed_in", "Nobody is signed in.");
        byte[] body = request.getInputStream().readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) throw new BridgeCall.Failure(413, "invalid_request", TOO_LONG);
        boolean admin = users.isSystemAdmin(user);
        boolean confirmed = admin && Host.service(WebSudoManager.class).canExecuteRequest(request);
        String name = request.getRemoteUser();
        String line = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"web.call\",\"params\":{\"user\":"
                + quote(user.getStringValue()) + (name == null ? "" : ",\"name\":" + quote(name))
                + ",\"sysadmin\":" + admin + ",\"websudo\":" + confirmed
                + ",\"body\":" + quote(new String(body, StandardCharsets.UTF_8)) + "}}";
        if (!waiting.tryAcquire()) throw new BridgeCall.Failure(503, "busy", "Too many requests wait for the bridge.");
        try (BridgeCall bridge = new BridgeCall(Host.setting(getServletConfig(), "socket"),
                Long.parseLong(Host.setting(getServletConfig(), "deadline_ms")))) {
            bridge.greet();
            return bridge.exchange(line);
        } finally {
            waiting.release();
        }
    }

    private static BridgeCall.Failure refusal(int status, String message) {
        return new BridgeCall.Failure(status, "forbidden", message);
    }

    static String quote(String text) {
        StringBuilder out = new StringBuilder(text.length() + 16).append('"');
        for (char c : text.toCharArray())
            if (c == '"' || c == '\\') out.append('\\').append(c);
            else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        return out.append('"').toString();
    }
}
