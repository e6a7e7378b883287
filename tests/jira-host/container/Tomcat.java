// SPDX-License-Identifier: Apache-2.0
import java.nio.file.Files;
import javax.servlet.http.HttpServlet;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;

/** Tomcat 9 with javax.servlet, or Tomcat 10 with jakarta.servlet. */
final class Container {
    private Container() {}

    static int start(int port, String context, HttpServlet front) throws Exception {
        TomcatURLStreamHandlerFactory.disable();
        Tomcat tomcat = new Tomcat();
        String base = Files.createTempDirectory("jira-host-tomcat").toString();
        tomcat.setBaseDir(base);
        Connector connector = new Connector();
        connector.setPort(port);
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxKeepAliveRequests", "-1");
        tomcat.setConnector(connector);
        Context where = tomcat.addContext(context, base);
        Tomcat.addServlet(where, "front", front).setLoadOnStartup(1);
        where.addServletMappingDecoded("/*", "front");
        tomcat.start();
        return connector.getLocalPort();
    }
}
