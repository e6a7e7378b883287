/* SPDX-License-Identifier: Apache-2.0 */
/* Every trap of Tomcat's server.xml, in documents of a few lines and in recorded ones. */

#include "tests/unit/remote/answers.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buffer.h"
#include "remote/node.h"

#define HOST(contexts) "<Engine name='Catalina'><Host name='localhost'>" contexts "</Host></Engine>"
#define JIRA(path)                                                                                 \
    HOST("<Context path='" path "' docBase='${catalina.home}/atlassian-jira' "                     \
         "reloadable='false'/>")
#define SERVICE(inner) "<Service name='Catalina'>" inner "</Service>"
#define SERVER(inner)                                                                              \
    "<?xml version='1.0' encoding='utf-8'?><Server port='8005' shutdown='SHUTDOWN'>" inner         \
    "</Server>"

typedef struct Case {
    const char *label, *xml, *url; /* url NULL: refused */
    const char *says;              /* in the message, when refused */
} Case;

static const Case cases[] = {
    {"the plain one", SERVER(SERVICE("<Connector port='8080'/>" JIRA(""))), "http://127.0.0.1:8080",
     NULL},
    {"protocol said", SERVER(SERVICE("<Connector port='8080' protocol='HTTP/1.1'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"protocol as a class",
     SERVER(SERVICE(
         "<Connector port='8080' protocol='org.apache.coyote.http11.Http11NioProtocol'/>" JIRA(
             ""))),
     "http://127.0.0.1:8080", NULL},
    {"a context path", SERVER(SERVICE("<Connector port='8080'/>" JIRA("/jira"))),
     "http://127.0.0.1:8080/jira", NULL},
    {"a context path as Tomcat mends it", SERVER(SERVICE("<Connector port='8080'/>" JIRA("jira/"))),
     "http://127.0.0.1:8080/jira", NULL},
    {"a deep context path", SERVER(SERVICE("<Connector port='8080'/>" JIRA("/apps/jira"))),
     "http://127.0.0.1:8080/apps/jira", NULL},
    {"a slash as context path", SERVER(SERVICE("<Connector port='8080'/>" JIRA("/"))),
     "http://127.0.0.1:8080", NULL},
    {"ROOT", SERVER(SERVICE("<Connector port='8080'/>" JIRA("ROOT"))), "http://127.0.0.1:8080",
     NULL},
    {"/ROOT", SERVER(SERVICE("<Connector port='8080'/>" JIRA("/ROOT"))), "http://127.0.0.1:8080",
     NULL},
    {"no path at all",
     SERVER(SERVICE("<Connector port='8080'/>" HOST("<Context docBase='atlassian-jira'/>"))),
     "http://127.0.0.1:8080", NULL},
    {"no Context here", SERVER(SERVICE("<Connector port='8080'/>" HOST(""))),
     "http://127.0.0.1:8080", NULL},
    {"no Engine here", SERVER(SERVICE("<Connector port='8080'/>")), "http://127.0.0.1:8080", NULL},
    {"another application first",
     SERVER(SERVICE(
         "<Connector port='8080'/>" HOST("<Context path='/docs' docBase='docs'/>"
                                         "<Context path='/j' docBase='/opt/atlassian-jira'/>"))),
     "http://127.0.0.1:8080/j", NULL},
    {"a comment is no Connector",
     SERVER(SERVICE("<!-- <Connector port='1'/> --><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"scheme https describes the proxy",
     SERVER(SERVICE("<Connector port='8080' scheme='https' secure='true' "
                    "proxyName='jira.example.com' proxyPort='443'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"empty attributes are absent",
     SERVER(SERVICE("<Connector port='8080' proxyName='' proxyPort='' address='' protocol='' "
                    "SSLEnabled=''/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"blanks around a port", SERVER(SERVICE("<Connector port=' 8080 '/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"TLS first",
     SERVER(SERVICE("<Connector port='8443' SSLEnabled='true'/><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"TLS in capitals",
     SERVER(SERVICE("<Connector port='8443' SSLEnabled='TRUE'/><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"TLS said to be off", SERVER(SERVICE("<Connector port='8443' SSLEnabled='false'/>" JIRA(""))),
     "http://127.0.0.1:8443", NULL},
    {"AJP first",
     SERVER(
         SERVICE("<Connector port='8009' protocol='AJP/1.3'/><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"AJP as a class",
     SERVER(SERVICE(
         "<Connector port='8009' protocol='org.apache.coyote.ajp.AjpNioProtocol'/><Connector "
         "port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"the first of several",
     SERVER(SERVICE("<Connector port='8081'/><Connector port='8082'/>" JIRA(""))),
     "http://127.0.0.1:8081", NULL},
    {"a port that is switched off",
     SERVER(SERVICE("<Connector port='-1'/><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"any free port", SERVER(SERVICE("<Connector port='0'/><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"a socket of another kind",
     SERVER(SERVICE(
         "<Connector port='1' unixDomainSocketPath='/run/x'/><Connector port='8080'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"an address", SERVER(SERVICE("<Connector port='8080' address='10.0.0.5'/>" JIRA("/jira"))),
     "http://10.0.0.5:8080/jira", NULL},
    {"every address", SERVER(SERVICE("<Connector port='8080' address='0.0.0.0'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"every IPv6 address", SERVER(SERVICE("<Connector port='8080' address='::'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"an IPv6 address", SERVER(SERVICE("<Connector port='8080' address='::1'/>" JIRA(""))),
     "http://[::1]:8080", NULL},
    {"an address that is none",
     SERVER(SERVICE("<Connector port='8080' address='a@b/c'/><Connector port='8081'/>" JIRA(""))),
     "http://127.0.0.1:8081", NULL},
    {"unknown attributes and elements",
     SERVER("<Listener className='x'/><GlobalNamingResources/>" SERVICE(
         "<Executor name='e'/><Connector port='8080' executor='e' "
         "x='y'><UpgradeProtocol/></Connector>" HOST(
             "<Context path='/jira' docBase='atlassian-jira' "
             "suspendWrappedResponseAfterForward='false'/>"))),
     "http://127.0.0.1:8080/jira", NULL},
    {"a second Service",
     SERVER(SERVICE("<Connector port='8443' SSLEnabled='true'/>" JIRA("/a"))
                SERVICE("<Connector port='8081'/>" JIRA("/b"))),
     "http://127.0.0.1:8081/b", NULL},
    {"a property beside a plain one",
     SERVER(SERVICE("<Connector port='${port.http}'/><Connector port='8081'/>" JIRA(""))),
     "http://127.0.0.1:8081", NULL},
    {"a character reference", SERVER(SERVICE("<Connector port='80&#56;0'/>" JIRA(""))),
     "http://127.0.0.1:8080", NULL},
    {"a property as port", SERVER(SERVICE("<Connector port='${port.http}'/>" JIRA(""))), NULL,
     "${...}"},
    {"a property as address",
     SERVER(SERVICE("<Connector port='8080' address='${bind}'/>" JIRA(""))), NULL, "${...}"},
    {"a property as path", SERVER(SERVICE("<Connector port='8080'/>" JIRA("${context}"))), NULL,
     "${...}"},
    {"a path of odd characters", SERVER(SERVICE("<Connector port='8080'/>" JIRA("/a?b"))), NULL,
     "no Connector"},
    {"TLS alone",
     SERVER(SERVICE("<Connector port='8443' SSLEnabled='true' keystorePass='canary'/>" JIRA(""))),
     NULL, "https"},
    {"no Connector", SERVER(SERVICE(JIRA(""))), NULL, "no Connector"},
    {"no Service", SERVER(""), NULL, "no Connector"},
    {"a port too large", SERVER(SERVICE("<Connector port='65536'/>" JIRA(""))), NULL,
     "no Connector"},
    {"a port in words", SERVER(SERVICE("<Connector port='http'/>" JIRA(""))), NULL, "no Connector"},
    {"another document", "<beans/>", NULL, "no Server"},
    {"no document", "", NULL, "no valid XML"},
    {"half a document", "<Server><Service>", NULL, "no valid XML"},
    {"a DOCTYPE", "<!DOCTYPE Server><Server/>", NULL, "DOCTYPE"},
    {"a DOCTYPE from outside", "<!DOCTYPE Server SYSTEM 'http://127.0.0.1:9/x.dtd'><Server/>", NULL,
     "DOCTYPE"},
    {"a file by an entity",
     "<!DOCTYPE Server [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>" SERVER(
         "<Service a='b'>&x;</Service>"),
     NULL, "DOCTYPE"},
    {"an entity as port",
     "<!DOCTYPE Server [<!ENTITY p '8080'>]><Server>" SERVICE(
         "<Connector port='&p;'/>") "</Server>",
     NULL, "DOCTYPE"},
    {"a billion laughs",
     "<!DOCTYPE Server [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>"
     "<!ENTITY c '&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;'><!ENTITY d '&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;'>"
     "<!ENTITY e '&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;'><!ENTITY f '&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;'>]>"
     "<Server x='&f;'>&f;</Server>",
     NULL, "DOCTYPE"},
    {"an entity that nobody declared", "<Server><Service>&x;</Service></Server>", NULL,
     "no valid XML"},
};

static void traps(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
        _cleanup_(node_address_done) NodeAddress address = {0};
        _cleanup_free_ char *url = NULL;
        Error error = {0};
        int r = node_parse(cases[i].xml, strlen(cases[i].xml), &address, &error);

        if (r < 0 && cases[i].url)
            fail_msg("%s: %s", cases[i].label, error.message);
        check_row_int(r < 0, cases[i].url == NULL, cases[i].label);
        if (r < 0) {
            check_row_int(error.reason, ERROR_NOT_CONFIGURED, cases[i].label);
            check_row(strstr(error.message, cases[i].says), error.message);
            check_row(strstr(error.message, "set jira.url"), error.message);
            check_row(!strstr(error.message, "canary"), error.message);
            check_row(!address.context, cases[i].label);
            continue;
        }
        url = node_url(&address, 0);
        check_row_text(url, cases[i].url, cases[i].label);
    }
}

static void addresses_worth_trying(void **state)
{
    NodeAddress every = {.port = 8080, .context = (char *)"/jira"};
    NodeAddress one = {.port = 80, .host = (char *)"jira-node", .context = (char *)""};
    _cleanup_free_ char *first = node_url(&every, 0), *second = node_url(&every, 1),
                        *only = node_url(&one, 0);

    (void)state;
    assert_string_equal(first, "http://127.0.0.1:8080/jira");
    assert_string_equal(second, "http://[::1]:8080/jira");
    assert_null(node_url(&every, 2));
    assert_null(node_url(&every, -1));
    assert_string_equal(only, "http://jira-node:80");
    assert_null(node_url(&one, 1)); /* on loopback somebody else may listen */
}

static void write_file(const char *path, const char *text, size_t length)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), length);
}

static void check_file(const char *install_dir, const char *url, const char *says)
{
    _cleanup_(node_address_done) NodeAddress address = {0};
    _cleanup_free_ char *got = NULL;
    Error error = {0};

    if (node_read(install_dir, &address, &error) == 0)
        got = node_url(&address, 0);
    else
        check_row_int(error.reason, ERROR_NOT_CONFIGURED, says ? says : url);
    check_row_text(got, url, error.message);
    check_row(!says || strstr(error.message, says), error.message);
}

static void files(void **state)
{
    static const char text[] = SERVER(SERVICE("<Connector port='8080'/>" JIRA("/jira")));
    char directory[] = "/tmp/test-node-XXXXXX";
    _cleanup_free_ char *conf = NULL, *path = NULL, *other = NULL, *large = NULL;

    (void)state;
    assert_non_null(mkdtemp(directory));
    conf = xasprintf("%s/conf", directory);
    path = xasprintf("%s/server.xml", conf);
    other = xasprintf("%s/other.xml", conf);
    check_file(directory, NULL, "No such file");
    assert_int_equal(mkdir(conf, 0700), 0);
    check_file(directory, NULL, "No such file");

    write_file(path, text, strlen(text));
    check_file(directory, "http://127.0.0.1:8080/jira", NULL);
    assert_int_equal(rename(path, other), 0);
    assert_int_equal(symlink("other.xml", path), 0); /* some sites keep it elsewhere */
    check_file(directory, "http://127.0.0.1:8080/jira", NULL);
    unlink(path);

    assert_int_equal(mkfifo(path, 0600), 0); /* must not wait for a writer */
    check_file(directory, NULL, "no regular file");
    unlink(path);
    assert_int_equal(symlink("/dev/zero", path), 0);
    check_file(directory, NULL, "no regular file");
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    check_file(directory, NULL, "no regular file");
    rmdir(path);

    large = xmalloc(((size_t)1 << 20) + 1);
    memset(large, ' ', ((size_t)1 << 20) + 1);
    memcpy(large, text + strlen("<?xml version='1.0' encoding='utf-8'?>"),
           strlen(text) - strlen("<?xml version='1.0' encoding='utf-8'?>"));
    write_file(path, large, (size_t)1 << 20);
    check_file(directory, "http://127.0.0.1:8080/jira", NULL);
    write_file(path, large, ((size_t)1 << 20) + 1);
    check_file(directory, NULL, "larger than 1 MiB");
    if (geteuid() != 0) {
        assert_int_equal(chmod(path, 0), 0);
        check_file(directory, NULL, "Permission denied");
    }
    unlink(path);
    unlink(other);
    rmdir(conf);
    rmdir(directory);
}

static void configured_addresses(void **state)
{
    static const char *const rows[][2] = {
        {"http://127.0.0.1:8080/jira", "http://127.0.0.1:8080/jira"},
        {"http://127.0.0.1:8080/jira/", "http://127.0.0.1:8080/jira"},
        {"http://Jira.Internal", "http://jira.internal"},
        {"https://jira.example.com:443/", "https://jira.example.com"},
        {"http://[::1]:8080", "http://[::1]:8080"},
        {"https://jira.example.com/jira?x", NULL},
        {"https://admin:pw@jira.example.com", NULL},
        {"ftp://jira.example.com", NULL},
        {"jira.example.com", NULL},
        {"http://0x7f.1:8080", NULL},
        {"http://jira.example.com/%2e", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
        _cleanup_free_ char *url = NULL;
        Error error = {0};
        int r = node_url_from_config(rows[i][0], &url, &error);

        check_row_int(r < 0, rows[i][1] == NULL, rows[i][0]);
        check_row_text(url, rows[i][1], rows[i][0]);
        if (r < 0)
            check_row_text(error.param, "jira.url", rows[i][0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(traps),
        cmocka_unit_test(addresses_worth_trying),
        cmocka_unit_test(files),
        cmocka_unit_test(configured_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
