/* Bridges, veth pairs, addresses and routes: rtnetlink(7). */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int link_index(const char *name)
{
	return (int)if_nametoindex(name);
}

static void begin_link(struct nl *nl, int type, int flags, const struct ifinfomsg *info)
{
	nl_begin(nl, type, flags, info, sizeof *info);
}

int link_add_bridge(struct nl *nl, const char *name, const char *alias, uint32_t gateway,
		    unsigned int mtu)
{
	struct ifinfomsg info = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	uint32_t ip = htonl(gateway);
	uint8_t mac[MAC_SIZE] = {0x02, 0x42};
	size_t kind;
	int error;

	/* One of its own: else it changes with the ports that come and go. */
	memcpy(mac + 2, &ip, sizeof ip);
	begin_link(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info);
	nl_text(nl, IFLA_IFNAME, name);
	nl_put(nl, IFLA_ADDRESS, mac, sizeof mac);
	if (mtu)
		nl_u32(nl, IFLA_MTU, mtu);
	kind = nl_nest(nl, IFLA_LINKINFO);
	nl_text(nl, IFLA_INFO_KIND, "bridge");
	nl_unnest(nl, kind);
	error = nl_send(nl);
	if (error)
		return error;
	info = (struct ifinfomsg){.ifi_index = link_index(name)};
	begin_link(nl, RTM_SETLINK, 0, &info);
	nl_text(nl, IFLA_IFALIAS, alias);
	return nl_send(nl);
}

int link_add_veth(struct nl *nl, const struct veth *veth)
{
	struct ifinfomsg info = {.ifi_flags = IFF_UP, .ifi_change = IFF_UP};
	/* Not up: an end without its other one can't be yet. */
	const struct ifinfomsg other = {0};
	size_t kind;
	size_t data;
	size_t peer;

	begin_link(nl, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info);
	nl_text(nl, IFLA_IFNAME, veth->host);
	nl_u32(nl, IFLA_MASTER, (uint32_t)veth->bridge);
	if (veth->mtu)
		nl_u32(nl, IFLA_MTU, veth->mtu);
	kind = nl_nest(nl, IFLA_LINKINFO);
	nl_text(nl, IFLA_INFO_KIND, "veth");
	data = nl_nest(nl, IFLA_INFO_DATA);
	/* A header and attributes, as those of a message. */
	peer = nl->size;
	nl_put(nl, VETH_INFO_PEER, &other, sizeof other);
	nl_text(nl, IFLA_IFNAME, veth->inside);
	nl_put(nl, IFLA_ADDRESS, veth->mac, MAC_SIZE);
	nl_u32(nl, IFLA_NET_NS_FD, (uint32_t)veth->netns);
	if (veth->mtu)
		nl_u32(nl, IFLA_MTU, veth->mtu);
	nl_unnest(nl, peer);
	nl_unnest(nl, data);
	nl_unnest(nl, kind);
	return nl_send(nl);
}

int link_remove(struct nl *nl, const char *name)
{
	struct ifinfomsg info = {0};

	begin_link(nl, RTM_DELLINK, 0, &info);
	nl_text(nl, IFLA_IFNAME, name);
	return nl_send(nl);
}

int link_up(struct nl *nl, int index)
{
	struct ifinfomsg info = {
		.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP};

	begin_link(nl, RTM_NEWLINK, 0, &info);
	return nl_send(nl);
}

int link_hairpin(struct nl *nl, int index)
{
	struct ifinfomsg info = {.ifi_family = AF_BRIDGE, .ifi_index = index};
	const uint8_t on = 1;
	size_t port;

	begin_link(nl, RTM_SETLINK, 0, &info);
	port = nl_nest(nl, IFLA_PROTINFO);
	nl_put(nl, IFLA_BRPORT_MODE, &on, sizeof on);
	nl_unnest(nl, port);
	return nl_send(nl);
}

int link_add_address(struct nl *nl, int index, uint32_t address, unsigned int prefix)
{
	struct ifaddrmsg info = {.ifa_family = AF_INET,
				 .ifa_prefixlen = (uint8_t)prefix,
				 .ifa_index = (uint32_t)index};
	uint32_t broadcast =
		htonl(prefix >= 31 ? address : address | (uint32_t)(0xffffffffULL >> prefix));

	nl_begin(nl, RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, &info, sizeof info);
	nl_be32(nl, IFA_LOCAL, address);
	nl_be32(nl, IFA_ADDRESS, address);
	nl_put(nl, IFA_BROADCAST, &broadcast, sizeof broadcast);
	return nl_send(nl);
}

int link_add_default_route(struct nl *nl, uint32_t gateway)
{
	struct rtmsg route = {.rtm_family = AF_INET,
			      .rtm_table = RT_TABLE_MAIN,
			      .rtm_protocol = RTPROT_BOOT,
			      .rtm_scope = RT_SCOPE_UNIVERSE,
			      .rtm_type = RTN_UNICAST};

	nl_begin(nl, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, &route, sizeof route);
	nl_be32(nl, RTA_GATEWAY, gateway);
	return nl_send(nl);
}

struct overlap {
	const struct net_network *network;
	int index;
};

static void look_at_address(const struct nlmsghdr *message, void *context)
{
	struct overlap *overlap = context;
	const struct ifaddrmsg *info = NLMSG_DATA(message);
	const struct nlattr *local;
	uint32_t address;
	unsigned int prefix;

	if (message->nlmsg_type != RTM_NEWADDR || info->ifa_family != AF_INET)
		return;
	local = nl_find((const char *)info + NLMSG_ALIGN(sizeof *info),
			message->nlmsg_len - NLMSG_LENGTH(sizeof *info), IFA_LOCAL);
	if (!local)
		return;
	memcpy(&address, local + 1, sizeof address);
	prefix = info->ifa_prefixlen < overlap->network->prefix ? info->ifa_prefixlen
							       : overlap->network->prefix;
	if (prefix > 0 &&
	    ((ntohl(address) ^ overlap->network->subnet) >> (32 - prefix)) == 0)
		overlap->index = (int)info->ifa_index;
}

bool link_subnet_taken(struct nl *nl, const struct net_network *network, char out[LINK_NAME])
{
	struct ifaddrmsg info = {.ifa_family = AF_INET};
	struct overlap overlap = {.network = network};

	nl_begin(nl, RTM_GETADDR, NLM_F_DUMP, &info, sizeof info);
	if (nl_dump(nl, look_at_address, &overlap) < 0 || overlap.index == 0)
		return false;
	if (!if_indextoname((unsigned int)overlap.index, out))
		(void)snprintf(out, LINK_NAME, "#%d", overlap.index);
	return true;
}
