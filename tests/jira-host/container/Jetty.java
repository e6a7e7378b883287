// SPDX-License-Identifier: Apache-2.0
import javax.servlet.http.HttpServlet;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;

/** Jetty 9, with javax.servlet. */
final class Container {
    private Container() {}

    static int start(int port, String context, HttpServlet front) throws Exception {
        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        ServletContextHandler handler = new ServletContextHandler(ServletContextHandler.SESSIONS);
        handler.setContextPath(context);
        ServletHolder holder = new ServletHolder(front);
        holder.setInitOrder(1);
        handler.addServlet(holder, "/*");
        server.setHandler(handler);
        server.start();
        return connector.getLocalPort();
    }
}
