/* A container in a network: bridge, veth pair, address, routes and rules, made and taken back. */
#include "net.h"
#include "userns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

bool net_enter(int netns)
{
	return sys_setns_net(netns) == 0 || net_fail_errno(errno, "enter a network namespace");
}

/* For some there is no such file: nothing is lost then. */
static void write_sysctl(const char *path, const char *value)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)write_all(fd, value, strlen(value));
}

bool net_host_open(struct net_host *host, const char *root, const char *container)
{
	memset(host, 0, sizeof *host);
	host->root = root;
	host->container = container;
	host->inside_ns = -1;
	host->route.fd = host->nft.fd = -1;
	host->host_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (host->host_ns < 0 || !nl_open(&host->route, NETLINK_ROUTE))
		return net_fail_errno(errno, "networks need rtnetlink");
	host->no_nft = !nl_open(&host->nft, NETLINK_NETFILTER);
	return true;
}

void net_host_close(struct net_host *host)
{
	nl_close(&host->route);
	nl_close(&host->nft);
	close_fdp(&host->host_ns);
	close_fdp(&host->inside_ns);
}

static bool inside_settings(void)
{
	struct nl nl;
	int error;

	if (!nl_open(&nl, NETLINK_ROUTE))
		return net_fail_errno(errno, "rtnetlink");
	error = link_up(&nl, link_index("lo"));
	nl_close(&nl);
	if (error)
		return net_fail_errno(-error, "set lo up");
	/* As Docker: networks without IPv6 addresses have no IPv6, and ports below 1024 are no privilege. */
	write_sysctl("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
	write_sysctl("/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
	/* An ordinary user's session has not all of them, or root's alone. */
	if (getenv(SESSION_VARIABLE))
		write_sysctl("/proc/sys/net/ipv4/ping_group_range", "0 0");
	write_sysctl("/proc/sys/net/ipv4/ping_group_range",
		     getenv(SESSION_VARIABLE) ? "0 65536" : "0 2147483647");
	return true;
}

bool net_make_namespace(struct net_host *host)
{
	bool ready;

	if (unshare(CLONE_NEWNET) < 0)
		return net_fail_errno(errno, "make a network namespace");
	host->inside_ns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ready = host->inside_ns >= 0 && inside_settings();
	return net_enter(host->host_ns) && ready;
}

/* ---- addresses ---- */

struct taken {
	struct net_host *host;
	const char *network;
	uint8_t *used; /* a bit for each address from first on */
	uint32_t first;
	uint32_t count;
	uint32_t wanted;
	bool wanted_taken;
	size_t endpoints;
};

static bool is_stale(const struct net_host *host, const char *container)
{
	if (host->own && strcmp(container, host->container) == 0)
		return false;
	return state_live(host->root, container) == 0;
}

static void drop_endpoint(struct net_host *host, const char *network,
			  const struct endpoint *endpoint)
{
	/* It is gone when its namespace is. */
	if (endpoint->veth[0])
		(void)link_remove(&host->route, endpoint->veth);
	state_remove_endpoint(host->root, network, endpoint->container);
}

static bool take_endpoint(const struct endpoint *endpoint, void *context)
{
	struct taken *taken = context;
	uint32_t at = endpoint->address - taken->first;

	if (is_stale(taken->host, endpoint->container)) {
		drop_endpoint(taken->host, taken->network, endpoint);
		return true;
	}
	taken->endpoints++;
	if (endpoint->address == taken->wanted)
		taken->wanted_taken = true;
	if (taken->used && at < taken->count)
		taken->used[at / 8] |= (uint8_t)(1U << at % 8);
	return true;
}

static void forget_stale(struct taken *taken)
{
	state_each_endpoint(taken->host->root, taken->network, take_endpoint, taken);
}

/* Called with the network locked. */
static bool choose_address(struct net_host *host, const struct net_network *network,
			   uint32_t *address)
{
	struct taken taken = {.host = host,
			      .network = network->id,
			      .first = network->first,
			      .count = network->last - network->first + 1,
			      .wanted = network->wanted};

	/* More are never in use at once. */
	if (taken.count > 1U << 20)
		taken.count = 1U << 20;
	taken.used = calloc(taken.count / 8 + 1, 1);
	if (!taken.used)
		return net_fail("not enough memory");
	forget_stale(&taken);
	*address = network->wanted;
	for (uint32_t i = 0; *address == 0 && i < taken.count; i++) {
		uint32_t candidate = network->first + i;

		if (!(taken.used[i / 8] & 1U << i % 8) && candidate != network->gateway)
			*address = candidate;
	}
	free(taken.used);
	if (*address == 0)
		return net_fail("no available IPv4 addresses on this network's address pools: %s (%.12s)",
				network->name, network->id);
	return !taken.wanted_taken || net_fail("Address already in use");
}

/* ---- the bridge ---- */

static void bridge_file(char out[4096], const char *root, const char *network)
{
	(void)snprintf(out, 4096, "%s/networks/%s/bridge", root, network);
}

/* Says, before it is made, what a sweep has to take down. */
static bool note_bridge(struct net_host *host, const struct net_network *network)
{
	char path[4096];
	cleanup_fd int fd = -1;

	bridge_file(path, host->root, network->id);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return (fd >= 0 && write_all(fd, network->bridge, strlen(network->bridge))) ||
	       net_fail_errno(errno, "%s", path);
}

bool net_noted_bridge(const char *root, const char *network, char out[LINK_NAME])
{
	char path[4096];
	cleanup_fd int fd = -1;
	ssize_t got;

	bridge_file(path, root, network);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? 0 : read(fd, out, LINK_NAME - 1);
	out[got > 0 ? got : 0] = '\0';
	return got > 0;
}

static void remove_bridge(struct net_host *host, const char *network)
{
	char path[4096];
	char bridge[LINK_NAME];

	if (!net_noted_bridge(host->root, network, bridge))
		return;
	/* The device first, the note last: one that is there has its rules, whoever is killed here, and what is left is still known. */
	if (link_remove(&host->route, bridge) != 0 && link_index(bridge) != 0)
		return;
	if (!host->no_nft)
		rules_remove_network(&host->nft, bridge);
	bridge_file(path, host->root, network);
	(void)unlink(path);
}

static bool make_bridge(struct net_host *host, const struct net_network *network)
{
	char other[LINK_NAME];
	char path[128];
	char alias[ALIAS_SIZE];
	int error;
	int index;

	/* Their addresses may be those that are wanted here. */
	orphans_remove(host);
	if (link_subnet_taken(&host->route, network, other))
		return net_fail("the subnet %s/%u of network %s overlaps with that of the device %s: "
				"make the network anew with another --subnet",
				ip_text(network->subnet), network->prefix, network->name, other);
	if (!note_bridge(host, network))
		return false;
	orphans_alias(alias, network->name, host->root);
	error = link_add_bridge(&host->route, network->bridge, alias, network->gateway,
				network->mtu);
	index = link_index(network->bridge);
	if (!error)
		error = link_add_address(&host->route, index, network->gateway, network->prefix);
	if (error)
		return net_fail_errno(-error, "make the bridge %s of network %s (--network host needs none)",
				      network->bridge, network->name);
	write_sysctl("/proc/sys/net/ipv4/ip_forward", "1");
	(void)snprintf(path, sizeof path, "/proc/sys/net/ipv4/conf/%s/route_localnet",
		       network->bridge);
	write_sysctl(path, "1");
	if (!host->no_nft && (error = rules_add_network(&host->nft, network)) != 0)
		return net_fail_errno(-error, "write the nftables rules of network %s (--network host needs none)",
				      network->name);
	return true;
}

static bool ensure_bridge(struct net_host *host, const struct net_network *network)
{
	if (link_index(network->bridge) != 0) {
		/* Somebody's firewall may have been started, or restarted, since. */
		if (!host->no_nft)
			rules_pass_foreign(&host->nft, network->bridge);
		return true;
	}
	if (make_bridge(host, network))
		return true;
	remove_bridge(host, network->id);
	return false;
}

/* ---- the container's end ---- */

static bool set_inside(const struct net_network *network, const char *ifname, uint32_t address)
{
	struct nl nl;
	int index = link_index(ifname);
	int error;

	if (!nl_open(&nl, NETLINK_ROUTE))
		return net_fail_errno(errno, "rtnetlink");
	error = link_up(&nl, index);
	if (!error)
		error = link_add_address(&nl, index, address, network->prefix);
	/* The first network that leads outside is the way there. */
	if (!error && !network->internal) {
		error = link_add_default_route(&nl, network->gateway);
		if (error == -EEXIST)
			error = 0;
	}
	nl_close(&nl);
	return !error || net_fail_errno(-error, "set the address %s", ip_text(address));
}

static void veth_name(const struct net_host *host, const char *network, char out[LINK_NAME])
{
	(void)snprintf(out, LINK_NAME, "jv%08x%.5s", host->serial, network);
}

static bool add_veth(struct net_host *host, const struct net_network *network, struct veth *veth,
		     char ifname[LINK_NAME], char host_name[LINK_NAME])
{
	int error = -EEXIST;

	veth_name(host, network->id, host_name);
	veth->host = host_name;
	veth->inside = ifname;
	/* Of one that was killed a moment ago. */
	if (link_index(host_name) != 0)
		(void)link_remove(&host->route, host_name);
	for (unsigned int i = 0; error == -EEXIST && i < 64; i++) {
		(void)snprintf(ifname, LINK_NAME, "eth%u", i);
		error = link_add_veth(&host->route, veth);
	}
	if (!error)
		error = link_hairpin(&host->route, link_index(host_name));
	return !error || net_fail_errno(-error, "make a pair of devices in network %s",
					network->name);
}

static void choose_mac(const struct net_network *network, uint32_t address, uint8_t mac[MAC_SIZE])
{
	uint32_t big = htonl(address);

	memcpy(mac, (uint8_t[MAC_SIZE]){0x02, 0x42}, MAC_SIZE);
	memcpy(mac + 2, &big, sizeof big);
	if (network->has_mac)
		memcpy(mac, network->mac, MAC_SIZE);
}

static bool tell_endpoint(struct net_host *host, const struct net_plan *plan,
			  const struct net_network *network, const struct veth *veth,
			  uint32_t address)
{
	char text[32768];
	const uint8_t *mac = veth->mac;
	size_t size = (size_t)snprintf(
		text, sizeof text,
		"address\t%s\nprefix\t%u\ngateway\t%s\nmac\t%02x:%02x:%02x:%02x:%02x:%02x\n"
		"veth\t%s\nifname\t%s\nnetwork\t%s\ncalled\t%s\n",
		ip_text(address), network->prefix, ip_text(network->gateway), mac[0], mac[1],
		mac[2], mac[3], mac[4], mac[5], veth->host, veth->inside, network->name, plan->called ? plan->called : "");

	for (size_t i = 0; i < plan->name_count && size < sizeof text; i++) {
		if (strcmp(plan->names[i].network, network->id) == 0)
			size += (size_t)snprintf(text + size, sizeof text - size, "name\t%s\n",
						 plan->names[i].name);
	}
	if (size >= sizeof text)
		return net_fail("too many aliases in network %s", network->name);
	return state_write_endpoint(host->root, network->id, host->container, text) ||
	       net_fail_errno(errno, "%s/networks/%s/endpoints", host->root, network->id);
}

static bool attach_locked(struct net_host *host, const struct net_plan *plan,
			  const struct net_network *network, uint32_t *address)
{
	char ifname[LINK_NAME];
	char host_name[LINK_NAME];
	uint8_t mac[MAC_SIZE];
	struct veth veth = {.netns = host->inside_ns, .mtu = network->mtu, .mac = mac};
	bool set;

	if (!choose_address(host, network, address) || !ensure_bridge(host, network))
		return false;
	veth.bridge = link_index(network->bridge);
	choose_mac(network, *address, mac);
	if (!add_veth(host, network, &veth, ifname, host_name))
		return false;
	set = net_enter(host->inside_ns) && set_inside(network, ifname, *address);
	if (net_enter(host->host_ns) && set && tell_endpoint(host, plan, network, &veth, *address))
		return true;
	(void)link_remove(&host->route, host_name);
	return false;
}

static void remove_unused_bridge(struct net_host *host, const char *network)
{
	struct taken left = {.host = host, .network = network};

	forget_stale(&left);
	if (left.endpoints == 0)
		remove_bridge(host, network);
}

bool net_attach(struct net_host *host, const struct net_plan *plan,
		const struct net_network *network, uint32_t *address)
{
	cleanup_fd int lock = state_lock_network(host->root, network->id, true);

	if (lock < 0)
		return net_fail("network %s not found", network->name);
	if (attach_locked(host, plan, network, address))
		return true;
	remove_unused_bridge(host, network->id);
	return false;
}

void net_detach(struct net_host *host, const char *network)
{
	cleanup_fd int lock = state_lock_network(host->root, network, false);
	struct endpoint endpoint;
	char veth[LINK_NAME];

	if (lock < 0 || !state_find_endpoint(host->root, network, host->container, &endpoint))
		return;
	veth_name(host, network, veth);
	/* Not that of a helper that has come after. */
	if (host->serial == 0 || strcmp(endpoint.veth, veth) == 0)
		drop_endpoint(host, network, &endpoint);
	endpoint_free(&endpoint);
	remove_unused_bridge(host, network);
}

static void detach_own(const char *network, void *context)
{
	struct net_host *host = context;

	net_detach(host, network);
}

void net_detach_all(struct net_host *host)
{
	state_each_network(host->root, detach_own, host);
}

static void sweep_network(const char *network, void *context)
{
	struct net_host *host = context;
	char bridge[LINK_NAME];
	cleanup_fd int lock = -1;

	/* Most have none, and need no lock to say so. */
	if (!net_noted_bridge(host->root, network, bridge))
		return;
	lock = state_lock_network(host->root, network, false);
	if (lock >= 0)
		remove_unused_bridge(host, network);
}

void net_sweep(struct net_host *host)
{
	state_each_network(host->root, sweep_network, host);
}
