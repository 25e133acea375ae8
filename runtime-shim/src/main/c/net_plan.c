/* What a helper has to do: lines of words with tabs between them, written by dev.jbuild.runtime.net. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORDS = 14 };

char net_text[512];

bool net_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(net_text, sizeof net_text, fmt, args);
	va_end(args);
	return false;
}

bool net_fail_errno(int error, const char *fmt, ...)
{
	char what[300];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	return net_fail("%s: %s", what, strerror(error));
}

const char *ip_text(uint32_t address)
{
	static char texts[4][INET_ADDRSTRLEN];
	static unsigned int next;
	struct in_addr in = {.s_addr = htonl(address)};
	char *text = texts[next++ % 4];

	return inet_ntop(AF_INET, &in, text, INET_ADDRSTRLEN);
}

/* One more element at the end of an array, all zero. */
static void *append(void *array, size_t *count, size_t size)
{
	char **start = array;

	/* In steps: most plans have a handful of everything. */
	if (*count % 8 == 0) {
		char *grown = realloc(*start, (*count + 8) * size);

		if (!grown)
			die("memory", "%zu elements", *count);
		*start = grown;
	}
	memset(*start + *count * size, 0, size);
	return *start + (*count)++ * size;
}

static bool read_ip(const char *text, uint32_t *out)
{
	struct in_addr in;

	if (inet_pton(AF_INET, text, &in) != 1)
		return false;
	*out = ntohl(in.s_addr);
	return true;
}

static bool read_number(const char *text, unsigned long largest, unsigned long *out)
{
	char *end;

	*out = strtoul(text, &end, 10);
	return *text && !*end && *out <= largest;
}

static bool read_mac(const char *text, uint8_t out[MAC_SIZE])
{
	unsigned int part[MAC_SIZE];

	if (sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x", &part[0], &part[1], &part[2], &part[3],
		   &part[4], &part[5]) != MAC_SIZE)
		return false;
	for (size_t i = 0; i < MAC_SIZE; i++)
		out[i] = (uint8_t)part[i];
	return true;
}

static bool has(const char *flags, const char *flag)
{
	const char *at = strstr(flags, flag);

	return at && (at == flags || at[-1] == ',');
}

/* network ID NAME BRIDGE SUBNET PREFIX GATEWAY FIRST LAST WANTED|- MTU MAC|- FLAGS */
static bool read_network(struct net_plan *plan, char **words, size_t count)
{
	struct net_network *network;
	unsigned long prefix;
	unsigned long mtu;

	if (count != 13)
		return false;
	network = append(&plan->networks, &plan->network_count, sizeof *network);
	network->id = words[1];
	network->name = words[2];
	network->bridge = words[3];
	if (!read_ip(words[4], &network->subnet) || !read_number(words[5], 32, &prefix) ||
	    !read_ip(words[6], &network->gateway) || !read_ip(words[7], &network->first) ||
	    !read_ip(words[8], &network->last) || !read_number(words[10], 65535, &mtu))
		return false;
	if (strcmp(words[9], "-") != 0 && !read_ip(words[9], &network->wanted))
		return false;
	network->has_mac = strcmp(words[11], "-") != 0;
	network->prefix = (unsigned int)prefix;
	network->mtu = (unsigned int)mtu;
	network->internal = has(words[12], "internal");
	network->masquerade = has(words[12], "masquerade");
	network->icc = has(words[12], "icc");
	return strlen(network->bridge) < LINK_NAME && strlen(network->id) < ID_SIZE &&
	       (!network->has_mac || read_mac(words[11], network->mac));
}

/* port tcp|udp *|ADDRESS FIRST LAST INSIDE */
static bool read_port(struct net_plan *plan, char **words, size_t count)
{
	struct net_port *port;
	unsigned long first;
	unsigned long last;
	unsigned long inside;

	if (count != 6)
		return false;
	port = append(&plan->ports, &plan->port_count, sizeof *port);
	port->fd4 = port->fd6 = -1;
	port->protocol = strcmp(words[1], "udp") == 0 ? IPPROTO_UDP : IPPROTO_TCP;
	port->v4 = strcmp(words[2], "*") == 0 || inet_pton(AF_INET, words[2], &port->ip4) == 1;
	port->v6 = strcmp(words[2], "*") == 0 || inet_pton(AF_INET6, words[2], &port->ip6) == 1;
	if (!read_number(words[3], 65535, &first) || !read_number(words[4], 65535, &last) ||
	    !read_number(words[5], 65535, &inside))
		return false;
	port->first = (uint16_t)first;
	port->last = (uint16_t)last;
	port->inside = (uint16_t)inside;
	return port->v4 || port->v6;
}

/* dns host|container ADDRESS */
static bool read_server(struct net_plan *plan, char **words, size_t count)
{
	struct net_server *server;
	struct sockaddr_in *v4;
	struct sockaddr_in6 *v6;

	if (count != 3)
		return false;
	server = append(&plan->servers, &plan->server_count, sizeof *server);
	server->inside = strcmp(words[1], "container") == 0;
	v4 = (struct sockaddr_in *)&server->address;
	v6 = (struct sockaddr_in6 *)&server->address;
	if (inet_pton(AF_INET, words[2], &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(53);
		server->size = sizeof *v4;
		return true;
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(53);
	server->size = sizeof *v6;
	return inet_pton(AF_INET6, words[2], &v6->sin6_addr) == 1;
}

static void add_hosts_line(struct net_plan *plan, const char *line)
{
	size_t size = strlen(line);
	char *grown = realloc(plan->hosts.bytes, plan->hosts.size + size + 1);

	if (!grown)
		die("memory", "hosts");
	plan->hosts.bytes = grown;
	memcpy(grown + plan->hosts.size, line, size);
	grown[plan->hosts.size + size] = '\n';
	plan->hosts.size += size + 1;
}

static bool read_line(struct net_plan *plan, char *line)
{
	char *words[WORDS] = {line};
	size_t count = 1;

	/* The only one whose rest is text. */
	if (strncmp(line, "text\t", 5) == 0) {
		add_hosts_line(plan, line + 5);
		return true;
	}
	for (char *at = line; *at && count < WORDS; at++) {
		if (*at == '\t') {
			*at = '\0';
			words[count++] = at + 1;
		}
	}
	if (strcmp(words[0], "network") == 0)
		return read_network(plan, words, count);
	if (strcmp(words[0], "port") == 0)
		return read_port(plan, words, count);
	if (strcmp(words[0], "dns") == 0)
		return read_server(plan, words, count);
	if (strcmp(words[0], "name") == 0 && count == 3) {
		struct net_name *name = append(&plan->names, &plan->name_count, sizeof *name);

		*name = (struct net_name){.network = words[1], .name = words[2]};
	} else if (strcmp(words[0], "link") == 0 && count == 3) {
		struct net_link_name *link =
			append(&plan->links, &plan->link_count, sizeof *link);

		*link = (struct net_link_name){.alias = words[1], .container = words[2]};
	} else if (strcmp(words[0], "root") == 0 && count == 2) {
		plan->root = words[1];
	} else if (strcmp(words[0], "container") == 0 && count == 2) {
		plan->container = words[1];
	} else if (strcmp(words[0], "called") == 0 && count == 2) {
		plan->called = words[1];
	} else if (strcmp(words[0], "hostname") == 0 && count == 2) {
		plan->hostname = words[1];
	} else if (strcmp(words[0], "hosts") == 0 && count == 2) {
		plan->hosts_path = words[1];
	} else if (strcmp(words[0], "names") == 0 && count == 1) {
		plan->dns = true;
	} else {
		return false;
	}
	return true;
}

bool net_plan_read(struct net_plan *plan, const char *path)
{
	struct buffer buffer = {0};
	cleanup_fd int file = open(path, O_RDONLY | O_CLOEXEC);
	char *line;

	memset(plan, 0, sizeof *plan);
	if (file < 0)
		return net_fail_errno(errno, "the network's plan %s", path);
	while (buffer_fill(&buffer, file))
		;
	buffer.bytes[buffer.size] = '\0';
	/* As small as it is: it stays for the container's life. */
	plan->text = strdup(buffer.bytes);
	free(buffer.bytes);
	if (!plan->text)
		return net_fail("not enough memory");
	for (line = plan->text; *line;) {
		char *end = line + strcspn(line, "\n");
		bool more = *end != '\0';

		*end = '\0';
		if (!read_line(plan, line))
			return net_fail("%s is not understood: %s", path, line);
		line = end + (more ? 1 : 0);
	}
	if (!plan->root || !plan->container || strlen(plan->container) >= ID_SIZE)
		return net_fail("%s names no container", path);
	return true;
}
