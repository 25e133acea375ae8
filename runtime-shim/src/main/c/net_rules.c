/* Which packets may go where: filters and address translation of networks and published ports. */
#include "net_nft.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

enum { TABLE_NAME = 64, LOOPBACK = 127 << 24 };
/* Where in the way of a packet, from linux/netfilter_ipv4.h, which musl's headers can't be mixed with. */
enum { PRIORITY_RAW = -300, PRIORITY_DNAT = -100, PRIORITY_FILTER = 0, PRIORITY_SNAT = 100 };
enum { STATE_ESTABLISHED = 2, STATE_RELATED = 4 };

static void network_table(char out[TABLE_NAME], const char *bridge)
{
	(void)snprintf(out, TABLE_NAME, "jbuild-%s", bridge);
}

static void container_table(char out[TABLE_NAME], const char *container)
{
	(void)snprintf(out, TABLE_NAME, "jbuild-port-%.12s", container);
}

/*
 * route_localnet lets the host's 127.0.0.1 talk to the bridge; nothing on the bridge may talk to
 * 127.0.0.1 (CVE-2020-8558).
 */
static void guard_loopback(struct nl *nl, const char *table, const struct net_network *network)
{
	struct nft_rule rule = nft_rule(nl, table, "prerouting", false);

	nft_device(&rule, true, true, network->bridge);
	nft_address(&rule, false, true, LOOPBACK, 8);
	nft_verdict(&rule, false);
	nft_end(&rule, NULL);
}

static void between_devices(struct nl *nl, const char *table, const char *bridge, bool inside,
			    bool accept)
{
	struct nft_rule rule = nft_rule(nl, table, "forward", false);

	nft_device(&rule, true, inside, bridge);
	nft_device(&rule, false, true, bridge);
	nft_verdict(&rule, accept);
	nft_end(&rule, NULL);
}

static void filter_forwarded(struct nl *nl, const char *table, const struct net_network *network)
{
	struct nft_rule rule;

	/* What answers, and what came to a published port. */
	rule = nft_rule(nl, table, "forward", false);
	nft_device(&rule, false, true, network->bridge);
	nft_state(&rule, STATE_ESTABLISHED | STATE_RELATED);
	nft_verdict(&rule, true);
	nft_end(&rule, NULL);
	rule = nft_rule(nl, table, "forward", false);
	nft_device(&rule, false, true, network->bridge);
	nft_translated(&rule);
	nft_verdict(&rule, true);
	nft_end(&rule, NULL);
	between_devices(nl, table, network->bridge, true, network->icc);
	/* From other networks, and from outside by guessing addresses. */
	between_devices(nl, table, network->bridge, false, false);
	if (network->internal) {
		rule = nft_rule(nl, table, "forward", false);
		nft_device(&rule, true, true, network->bridge);
		nft_verdict(&rule, false);
		nft_end(&rule, NULL);
	}
}

static void translate_sources(struct nl *nl, const char *table, const struct net_network *network)
{
	struct nft_rule rule;

	if (network->masquerade && !network->internal) {
		rule = nft_rule(nl, table, "postrouting", false);
		nft_address(&rule, true, true, network->subnet, network->prefix);
		nft_device(&rule, false, false, network->bridge);
		nft_masquerade(&rule);
		nft_end(&rule, NULL);
	}
	/* A published port, asked from 127.0.0.1 or from the network itself: answers must come back here. */
	rule = nft_rule(nl, table, "postrouting", false);
	nft_device(&rule, false, true, network->bridge);
	nft_address(&rule, true, true, LOOPBACK, 8);
	nft_masquerade(&rule);
	nft_end(&rule, NULL);
	rule = nft_rule(nl, table, "postrouting", false);
	nft_device(&rule, false, true, network->bridge);
	nft_address(&rule, true, true, network->subnet, network->prefix);
	nft_translated(&rule);
	nft_masquerade(&rule);
	nft_end(&rule, NULL);
}

/*
 * A drop in any table is final: where somebody else's FORWARD chain drops by policy (dockerd and
 * ufw do that), it has to be told. The chain that Docker leaves to its users stays when dockerd
 * writes its own anew.
 */
static const char *foreign_chain(struct nl *nl)
{
	if (nft_look(nl, "filter", "DOCKER-USER").there)
		return "DOCKER-USER";
	return nft_look(nl, "filter", "FORWARD").drops ? "FORWARD" : NULL;
}

void rules_pass_foreign(struct nl *nl, const char *bridge)
{
	const char *chain = foreign_chain(nl);
	char tag[TABLE_NAME];

	if (!chain)
		return;
	network_table(tag, bridge);
	if (nft_has_tagged(nl, "filter", chain, tag))
		return;
	nft_begin(nl);
	for (int in = 0; in <= 1; in++) {
		struct nft_rule rule = nft_rule(nl, "filter", chain, true);

		nft_device(&rule, in, true, bridge);
		nft_counter(&rule);
		nft_verdict(&rule, true);
		nft_end(&rule, tag);
	}
	(void)nft_commit(nl);
}

int rules_add_network(struct nl *nl, const struct net_network *network)
{
	char table[TABLE_NAME];
	const struct nft_chain chains[] = {
		{table, "prerouting", "filter", NF_INET_PRE_ROUTING, PRIORITY_RAW},
		{table, "forward", "filter", NF_INET_FORWARD, PRIORITY_FILTER},
		{table, "postrouting", "nat", NF_INET_POST_ROUTING, PRIORITY_SNAT},
	};
	int error;

	network_table(table, network->bridge);
	nft_begin(nl);
	/* Made, so that it can be deleted, and made anew: one step, whatever was there. */
	nft_table(nl, table, false);
	nft_delete_table(nl, table);
	nft_table(nl, table, false);
	for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
		nft_chain(nl, &chains[i]);
	guard_loopback(nl, table, network);
	filter_forwarded(nl, table, network);
	translate_sources(nl, table, network);
	error = nft_commit(nl);
	if (!error)
		rules_pass_foreign(nl, network->bridge);
	return error;
}

void rules_remove_network(struct nl *nl, const char *bridge)
{
	char table[TABLE_NAME];

	network_table(table, bridge);
	nft_delete_tagged(nl, "filter", "DOCKER-USER", table);
	nft_delete_tagged(nl, "filter", "FORWARD", table);
	nft_begin(nl);
	nft_delete_table(nl, table);
	(void)nft_commit(nl);
}

struct lost {
	char bridges[64][LINK_NAME];
	size_t count;
};

static void look_for_lost(const char *table, void *context)
{
	static const char prefix[] = "jbuild-jb-";
	const char *bridge = table + sizeof "jbuild-" - 1;
	struct lost *lost = context;

	if (strncmp(table, prefix, sizeof prefix - 1) == 0 && strlen(bridge) < LINK_NAME &&
	    link_index(bridge) == 0 && lost->count < sizeof lost->bridges / sizeof *lost->bridges)
		(void)snprintf(lost->bridges[lost->count++], LINK_NAME, "%s", bridge);
}

void rules_remove_lost(struct nl *nl)
{
	struct lost lost = {0};

	nft_each_table(nl, look_for_lost, &lost);
	for (size_t i = 0; i < lost.count; i++)
		rules_remove_network(nl, lost.bridges[i]);
}

static void publish(struct nl *nl, const char *table, const struct net_port *port,
		    uint32_t address)
{
	const uint32_t ip = ntohl(port->ip4.s_addr);
	const bool loopback = ip >> 24 == LOOPBACK >> 24;
	struct nft_rule rule;

	/* To 127.0.0.1 from a neighbour on the wire: never. */
	for (int output = loopback ? 1 : 0; output <= 1; output++) {
		rule = nft_rule(nl, table, output ? "output" : "prerouting", false);
		nft_port(&rule, port->protocol, port->bound);
		if (ip) {
			nft_address(&rule, false, true, ip, 32);
		} else {
			if (!output)
				nft_address(&rule, false, false, LOOPBACK, 8);
			nft_local_destination(&rule);
		}
		nft_dnat(&rule, address, port->inside);
		nft_end(&rule, NULL);
	}
}

static int add_ports(struct nl *nl, const struct net_plan *plan, uint32_t address, bool owned)
{
	char table[TABLE_NAME];
	const struct nft_chain chains[] = {
		{table, "prerouting", "nat", NF_INET_PRE_ROUTING, PRIORITY_DNAT},
		{table, "output", "nat", NF_INET_LOCAL_OUT, PRIORITY_DNAT},
	};

	container_table(table, plan->container);
	nft_begin(nl);
	if (!owned) {
		/* Of one that was killed. */
		nft_table(nl, table, false);
		nft_delete_table(nl, table);
	}
	nft_table(nl, table, owned);
	for (size_t i = 0; i < sizeof chains / sizeof *chains; i++)
		nft_chain(nl, &chains[i]);
	for (size_t i = 0; i < plan->port_count; i++) {
		if (plan->ports[i].v4)
			publish(nl, table, &plan->ports[i], address);
	}
	return nft_commit(nl);
}

int rules_add_ports(struct nl *nl, const struct net_plan *plan, uint32_t address)
{
	int error = add_ports(nl, plan, address, true);

	/* Tables with an owner are known since 5.12. */
	return error == -EOPNOTSUPP || error == -EINVAL ? add_ports(nl, plan, address, false)
							: error;
}

void rules_remove_ports(struct nl *nl, const char *container)
{
	char table[TABLE_NAME];

	container_table(table, container);
	nft_begin(nl);
	nft_delete_table(nl, table);
	(void)nft_commit(nl);
}

int rules_redirect_dns(struct nl *nl, uint16_t udp, uint16_t tcp)
{
	const char *table = "jbuild-dns";
	const struct nft_chain chain = {table, "output", "nat", NF_INET_LOCAL_OUT, PRIORITY_DNAT};
	const uint32_t server = (uint32_t)LOOPBACK | 11;

	nft_begin(nl);
	nft_table(nl, table, false);
	nft_chain(nl, &chain);
	for (int i = 0; i < 2; i++) {
		struct nft_rule rule = nft_rule(nl, table, "output", false);

		nft_address(&rule, false, true, server, 32);
		nft_port(&rule, i == 0 ? IPPROTO_UDP : IPPROTO_TCP, 53);
		nft_dnat(&rule, server, i == 0 ? udp : tcp);
		nft_end(&rule, NULL);
	}
	return nft_commit(nl);
}
