/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Tomcat's server.xml says about where Jira listens; the only user of libxml2. Tomcat's own
 * document needs no entity and no DOCTYPE, so a document with one is refused before its first
 * entity is read: neither a file nor a network address can be pulled in through it, and nothing can
 * be blown up.
 */

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "base/text.h"
#include "remote/node.h"

#define XML_MOST ((size_t)1 << 20)

/* What was met on the way, to say why there is no address. */
typedef struct Search {
    bool unresolved; /* a "${...}" in a value we need */
    bool https, ajp;
} Search;

static xmlDoc *parse(const char *xml, size_t length, Error *error);
static xmlParserInput *refuse_entity(const char *url, const char *id, xmlParserCtxt *context);
static void refuse_doctype(void *context, const xmlChar *name, const xmlChar *external,
                           const xmlChar *system);
static int find(const xmlNode *server, NodeAddress *ret, Error *error);
static bool read_service(const xmlNode *service, NodeAddress *ret, Search *search);
static bool read_connector(const xmlNode *connector, NodeAddress *ret, Search *search);
static bool is_plain_http(const xmlNode *connector, Search *search);
static bool read_port(const xmlNode *connector, int *ret);
static bool read_address(const xmlNode *connector, char **ret);
static bool read_context(const xmlNode *service, char **ret, Search *search);
static const xmlNode *jira_context(const xmlNode *service);
static char *normal_context(const char *path);
static bool is_clean(const char *text, const char *allowed);
static const xmlNode *next_named(const xmlNode *node, const char *name);
static char *attribute(const xmlNode *node, const char *name);
static bool has_placeholder(const char *value);
static int fail_not_found(const Search *search, Error *error);

int node_parse(const char *xml, size_t length, NodeAddress *ret, Error *error)
{
    xmlDoc *document;
    const xmlNode *root;
    int r;

    if (length > XML_MOST)
        return error_set(error, ERROR_NOT_CONFIGURED,
                         "Tomcat's server.xml is larger than 1 MiB; set jira.url.");
    document = parse(xml, length, error);
    if (!document)
        return -1;
    root = xmlDocGetRootElement(document);
    if (root && streq((const char *)root->name, "Server"))
        r = find(root, ret, error);
    else
        r = error_set(error, ERROR_NOT_CONFIGURED,
                      "Tomcat's server.xml has no Server in it; set jira.url.");
    xmlFreeDoc(document);
    return r;
}

/* The loader is libxml2's one global setting; nothing else in this program uses libxml2. */
static xmlDoc *parse(const char *xml, size_t length, Error *error)
{
    xmlParserCtxt *context = xmlNewParserCtxt();
    bool doctype = false;
    xmlDoc *document;
    int line;

    if (!context)
        abort();
    xmlSetExternalEntityLoader(refuse_entity);
    context->_private = &doctype;
    context->sax->internalSubset = refuse_doctype;
    document = xmlCtxtReadMemory(context, xml, (int)length, "server.xml", NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
    line = context->lastError.line;
    xmlFreeParserCtxt(context);
    if (document && !doctype && !document->intSubset && !document->extSubset)
        return document;
    if (document)
        xmlFreeDoc(document);
    if (doctype)
        error_set(error, ERROR_NOT_CONFIGURED,
                  "Tomcat's server.xml has a DOCTYPE, which is not read; set jira.url.");
    else
        error_set(error, ERROR_NOT_CONFIGURED,
                  "Tomcat's server.xml is no valid XML (line %d); set jira.url.", line);
    return NULL;
}

static xmlParserInput *refuse_entity(const char *url _unused_, const char *id _unused_,
                                     xmlParserCtxt *context _unused_)
{
    return NULL;
}

static void refuse_doctype(void *arg, const xmlChar *name _unused_,
                           const xmlChar *external _unused_, const xmlChar *system _unused_)
{
    xmlParserCtxt *context = arg;

    *(bool *)context->_private = true;
    xmlStopParser(context);
}

/* Several Services are several listeners with applications of their own. */
static int find(const xmlNode *server, NodeAddress *ret, Error *error)
{
    Search search = {0};

    for (const xmlNode *service = next_named(server->children, "Service"); service;
         service = next_named(service->next, "Service")) {
        _cleanup_(node_address_done) NodeAddress address = {0};

        if (read_service(service, &address, &search)) {
            *ret = address;
            address = (NodeAddress){0}; /* moved */
            return 0;
        }
    }
    return fail_not_found(&search, error);
}

static bool read_service(const xmlNode *service, NodeAddress *ret, Search *search)
{
    if (!read_context(service, &ret->context, search))
        return false;
    for (const xmlNode *connector = next_named(service->children, "Connector"); connector;
         connector = next_named(connector->next, "Connector"))
        if (read_connector(connector, ret, search))
            return true;
    return false;
}

/* scheme, secure, proxyName and proxyPort tell what stands before Jira: they are not looked at. */
static bool read_connector(const xmlNode *connector, NodeAddress *ret, Search *search)
{
    static const char *const needed[] = {"port", "address", "protocol", "SSLEnabled"};

    for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
        _cleanup_free_ char *value = attribute(connector, needed[i]);

        if (value && has_placeholder(value)) {
            search->unresolved = true;
            return false;
        }
    }
    return is_plain_http(connector, search) && read_port(connector, &ret->port) &&
           read_address(connector, &ret->host);
}

static bool is_plain_http(const xmlNode *connector, Search *search)
{
    _cleanup_free_ char *protocol = attribute(connector, "protocol");
    _cleanup_free_ char *tls = attribute(connector, "SSLEnabled");
    _cleanup_free_ char *socket = attribute(connector, "unixDomainSocketPath");

    if (protocol && (strncasecmp(protocol, "AJP", 3) == 0 || strcasestr(protocol, ".ajp."))) {
        search->ajp = true;
        return false;
    }
    if (tls && strcasecmp(tls, "true") == 0) {
        search->https = true;
        return false;
    }
    return !socket;
}

/* 0 is "any free port", -1 is "off". */
static bool read_port(const xmlNode *connector, int *ret)
{
    _cleanup_free_ char *text = attribute(connector, "port");
    int64_t port;

    if (!text || text_to_int64(text, &port) < 0 || port < 1 || port > 65535)
        return false;
    *ret = (int)port;
    return true;
}

static bool read_address(const xmlNode *connector, char **ret)
{
    _cleanup_free_ char *address = attribute(connector, "address");

    if (!address || streq(address, "0.0.0.0") || streq(address, "::") ||
        streq(address, "0:0:0:0:0:0:0:0"))
        return true;
    if (!is_clean(address, ".-:"))
        return false;
    *ret = STEAL(address);
    return true;
}

/* No Context here: it is in a file of its own whose name is the path, and Jira's own files have
 * none such. */
static bool read_context(const xmlNode *service, char **ret, Search *search)
{
    const xmlNode *context = jira_context(service);
    _cleanup_free_ char *path = context ? attribute(context, "path") : NULL;

    if (path && has_placeholder(path)) {
        search->unresolved = true;
        return false;
    }
    if (path && !is_clean(path, "/-._~"))
        return false;
    *ret = normal_context(path ? path : "");
    return true;
}

/* The one whose docBase is Jira's, else the first. */
static const xmlNode *jira_context(const xmlNode *service)
{
    const xmlNode *engine = next_named(service->children, "Engine"), *first = NULL;

    for (const xmlNode *host = engine ? next_named(engine->children, "Host") : NULL; host;
         host = next_named(host->next, "Host"))
        for (const xmlNode *context = next_named(host->children, "Context"); context;
             context = next_named(context->next, "Context")) {
            _cleanup_free_ char *base = attribute(context, "docBase");

            if (base && strstr(base, "atlassian-jira"))
                return context;
            if (!first)
                first = context;
        }
    return first;
}

/* As Tomcat mends it: a slash before it and none behind it; "ROOT" is the empty path. */
static char *normal_context(const char *path)
{
    size_t length;

    path += strspn(path, "/");
    length = strlen(path);
    while (length > 0 && path[length - 1] == '/')
        length--;
    if (length == 0 || (length == strlen("ROOT") && strncmp(path, "ROOT", length) == 0))
        return xstrdup("");
    return xasprintf("/%.*s", (int)length, path);
}

/* Letters, digits and what is allowed beside them: nothing else enters a URL. */
static bool is_clean(const char *text, const char *allowed)
{
    for (; *text; text++)
        if (!((*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') ||
              (*text >= '0' && *text <= '9') || strchr(allowed, *text)))
            return false;
    return true;
}

static const xmlNode *next_named(const xmlNode *node, const char *name)
{
    for (; node; node = node->next)
        if (node->type == XML_ELEMENT_NODE && streq((const char *)node->name, name))
            return node;
    return NULL;
}

/* Blanks at the ends dropped; NULL when absent or empty, which is the same to Tomcat. */
static char *attribute(const xmlNode *node, const char *name)
{
    xmlChar *value = xmlGetNoNsProp((xmlNode *)node, (const xmlChar *)name);
    const char *start;
    char *copy = NULL;
    size_t length;

    if (!value)
        return NULL;
    start = (const char *)value + strspn((const char *)value, " \t\r\n");
    length = strlen(start);
    while (length > 0 && strchr(" \t\r\n", start[length - 1]))
        length--;
    if (length > 0)
        copy = xstrndup(start, length);
    xmlFree(value);
    return copy;
}

static bool has_placeholder(const char *value)
{
    return strstr(value, "${") != NULL;
}

static int fail_not_found(const Search *search, Error *error)
{
    const char *why = "has no Connector that speaks plain HTTP";

    if (search->unresolved)
        why = "has a ${...} where the port, address or path should be";
    else if (search->https || search->ajp)
        why = "has only Connectors for https or AJP";
    return error_set(error, ERROR_NOT_CONFIGURED, "Tomcat's server.xml %s; set jira.url.", why);
}
