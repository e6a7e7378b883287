/* SPDX-License-Identifier: Apache-2.0 */

/*
 * Tomcat's server.xml of any bytes. What is read as an address must make URLs that can be used as
 * they are, and no document may make the reader open anything else.
 */

#include "fuzz.h"
#include "remote/node.h"

#define CHOICES_MOST 8

static const FuzzSeed seeds[] = {
    {"plain", "<Server><Service name='Catalina'><Connector port='8080'/><Engine><Host><Context "
              "path='/jira' docBase='${catalina.home}/atlassian-jira'/></Host></Engine></Service>"
              "</Server>"},
    {"address", "<Server><Service><Connector port=' 8080 ' address='::1' protocol='HTTP/1.1' "
                "SSLEnabled='false' scheme='https' proxyName='x' proxyPort='443'/></Service>"
                "</Server>"},
    {"ajp", "<Server><Service><Connector port='8009' protocol='AJP/1.3'/><Connector port='1' "
            "protocol='org.apache.coyote.http11.Http11NioProtocol'/></Service></Server>"},
    {"property", "<Server><Service><Connector port='${http.port}'/></Service></Server>"},
    {"doctype", "<!DOCTYPE s [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>"
                "<!ENTITY e SYSTEM 'file:///etc/passwd'>]><Server>&e;&b;</Server>"},
    {"latin", "<?xml version='1.0' encoding='iso-8859-1'?><Server><Service><Connector port='80' "
              "address='127.0.0.1'/></Service></Server>"},
    {"ssl", "<Server><Service><Connector port='8443' SSLEnabled='true'/><Connector port='8080' "
            "secure='true'><UpgradeProtocol/></Connector></Service></Server>"},
    {"include", "<Server xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='/etc/hosts'/>"
                "<![CDATA[<Connector port='1'/>]]><?pi x?></Server>"},
};

void fuzz_seeds(FuzzAdd *add, void *context)
{
    fuzz_add_texts(seeds, ARRAY_SIZE(seeds), add, context);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    _cleanup_(node_address_done) NodeAddress address = {0};
    Error error = {0};
    if (node_parse((const char *)bytes, length, &address, &error) < 0) {
        require(error.reason == ERROR_NOT_CONFIGURED && error.message[0]);
        return 0;
    }
    require(address.port > 0 && address.port <= 65535 && address.context);
    for (int choice = 0;; choice++) {
        _cleanup_free_ char *url = node_url(&address, choice);
        require(choice < CHOICES_MOST && (url || choice > 0));
        if (!url)
            return 0;
        require(strncmp(url, "http://", 7) == 0);
        for (const char *c = url; *c; c++)
            require(*c > 0x20 && *c < 0x7f);
    }
}
