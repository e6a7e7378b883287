// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.servlet.http.HttpServletRequest;
import javax.servlet.http.HttpServletResponse;

/** Jira's REST resources, which the simulator has: a request of a session goes there as that session's user. */
final class Upstream {
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final String base;

    Upstream(String base) {
        this.base = base;
    }

    Object get(String path, Person person) throws IOException {
        HttpResponse<byte[]> answer = send(HttpRequest.newBuilder(URI.create(base + path)).header("Authorization", "Bearer " + person.token()).build());
        return answer.statusCode() == 200 ? Json.read(new String(answer.body(), StandardCharsets.UTF_8)) : null;
    }

    /** The page's own origin becomes the simulator's; every other one stays what it is, and is judged there. */
    void forward(HttpServletRequest request, HttpServletResponse response, Person person, String path) throws IOException {
        String query = request.getQueryString() == null ? "" : "?" + request.getQueryString();
        byte[] body = request.getInputStream().readAllBytes();
        HttpRequest.Builder out = HttpRequest.newBuilder(URI.create(base + path + query)).timeout(Duration.ofSeconds(20))
                .method(request.getMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        for (String name : new String[] {"Content-Type", "X-Atlassian-Token", "User-Agent", "Accept"})
            if (request.getHeader(name) != null) out.header(name, request.getHeader(name));
        String own = request.getScheme() + "://" + request.getHeader("Host");
        String origin = request.getHeader("Origin");
        URI theirs = URI.create(base);
        if (origin != null) out.header("Origin", origin.equals(own) ? theirs.getScheme() + "://" + theirs.getAuthority() : origin);
        if (person != null) out.header("Authorization", "Bearer " + person.token());
        HttpResponse<byte[]> answer = send(out.build());
        response.setStatus(answer.statusCode());
        answer.headers().firstValue("Content-Type").ifPresent(response::setContentType);
        response.getOutputStream().write(answer.body());
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
