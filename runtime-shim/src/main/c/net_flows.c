/*
 * Connections that the kernel remembers (ctnetlink). A flow of datagrams has no end: one that was translated to a container before
 * goes there for as long as it does not pause, whatever the rules say now.
 */
#include "net.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

enum { FLOWS_MAX = 512, TUPLE_ROOM = 128 };

struct flows {
	const struct net_plan *plan;
	size_t count;
	struct {
		size_t size;
		char tuple[TUPLE_ROOM];
	} all[FLOWS_MAX];
};

static const struct nlattr *inside(const struct nlattr *nest, int type)
{
	return nest ? nl_find(nest + 1, nest->nla_len - sizeof *nest, type) : NULL;
}

static bool is_published(const struct net_plan *plan, uint16_t port)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		if (plan->ports[i].protocol == IPPROTO_UDP && plan->ports[i].bound == port)
			return true;
	}
	return false;
}

static void look(const struct nlmsghdr *message, void *context)
{
	const size_t header = NLMSG_LENGTH(sizeof(struct nfgenmsg));
	struct flows *flows = context;
	const struct nlattr *tuple = nl_find((const char *)message + header,
					     message->nlmsg_len - header, CTA_TUPLE_ORIG);
	const struct nlattr *protocol = inside(tuple, CTA_TUPLE_PROTO);
	const struct nlattr *number = inside(protocol, CTA_PROTO_NUM);
	const struct nlattr *port = inside(protocol, CTA_PROTO_DST_PORT);
	uint16_t big;

	if (!number || !port || *(const uint8_t *)(number + 1) != IPPROTO_UDP ||
	    flows->count == FLOWS_MAX || tuple->nla_len - sizeof *tuple > TUPLE_ROOM)
		return;
	memcpy(&big, port + 1, sizeof big);
	if (!is_published(flows->plan, ntohs(big)))
		return;
	flows->all[flows->count].size = tuple->nla_len - sizeof *tuple;
	memcpy(flows->all[flows->count].tuple, tuple + 1, tuple->nla_len - sizeof *tuple);
	flows->count++;
}

static void request(struct nl *nl, int type, int flags)
{
	struct nfgenmsg header = {.nfgen_family = AF_INET, .version = NFNETLINK_V0};

	nl_begin(nl, NFNL_SUBSYS_CTNETLINK << 8 | type, flags, &header, sizeof header);
}

/* Without the kernel's part for it nothing is forgotten, and such flows have to pause. */
void flows_forget(struct nl *nl, const struct net_plan *plan)
{
	struct flows *flows;
	bool any = false;

	for (size_t i = 0; i < plan->port_count; i++)
		any |= plan->ports[i].protocol == IPPROTO_UDP;
	flows = any ? calloc(1, sizeof *flows) : NULL;
	if (!flows)
		return;
	flows->plan = plan;
	request(nl, IPCTNL_MSG_CT_GET, NLM_F_DUMP);
	(void)nl_dump(nl, look, flows);
	for (size_t i = 0; i < flows->count; i++) {
		request(nl, IPCTNL_MSG_CT_DELETE, 0);
		nl_put(nl, CTA_TUPLE_ORIG | NLA_F_NESTED, flows->all[i].tuple, flows->all[i].size);
		(void)nl_send(nl);
	}
	free(flows);
}
