/*
 * Networks of containers, by netlink and without other programs. One helper process per container stays beside it: it keeps the
 * ports, answers for names, and takes everything down when the container's supervisor lets go of it.
 *
 * Failures are one line for the user in a buffer; nothing here ends the process, so that what was begun is always taken back.
 */
#ifndef JBUILD_NET_H
#define JBUILD_NET_H

#include "shim.h"

#include <netinet/in.h>
#include <poll.h>

/*
 * shim net run PLAN         the helper. Closes its descriptor 3 when all is there; what it wrote to it before is why it is not.
 *                           Its descriptor 4 is the container's namespace. SIGTERM, also that of its parent's end, takes all down.
 * shim net connect PLAN     one more network for a container that runs
 * shim net disconnect ROOT CONTAINER NETWORK
 * shim net sweep ROOT       what is left of helpers that were killed
 */
enum { NET_READY_FD = 3, NET_NAMESPACE_FD = 4 };

/* ---- net_plan.c: lines of words with tabs between them ---- */

enum { ID_SIZE = 65, LINK_NAME = 16, MAC_SIZE = 6 };

struct net_network {
	const char *id;
	const char *name;
	const char *bridge;
	uint32_t subnet; /* addresses are in host order */
	unsigned int prefix;
	uint32_t gateway;
	uint32_t first; /* of those given without being asked for */
	uint32_t last;
	uint32_t wanted; /* 0: any */
	unsigned int mtu;
	bool internal;   /* no way out */
	bool masquerade;
	bool icc;        /* containers reach each other */
	bool has_mac;
	uint8_t mac[MAC_SIZE];
};

struct net_name {
	const char *network;
	const char *name;
};

struct net_port {
	int protocol;          /* IPPROTO_TCP, IPPROTO_UDP */
	bool v4;
	bool v6;
	struct in_addr ip4;    /* on the host */
	struct in6_addr ip6;
	uint16_t first;        /* on the host; 0: any free one */
	uint16_t last;
	uint16_t inside;
	uint16_t bound;        /* the one that was taken */
	int fd4;
	int fd6;
};

struct net_server {
	bool inside; /* asked from the container's namespace */
	struct sockaddr_storage address;
	socklen_t size;
};

struct net_link_name {
	const char *alias;
	const char *container;
};

struct net_plan {
	char *text;
	const char *root;
	const char *container;
	const char *called; /* the container's name */
	const char *hostname;
	const char *hosts_path;
	struct buffer hosts; /* what the file says besides the container's own addresses */
	bool dns;
	struct net_network *networks;
	size_t network_count;
	struct net_name *names;
	size_t name_count;
	struct net_port *ports;
	size_t port_count;
	struct net_server *servers;
	size_t server_count;
	struct net_link_name *links;
	size_t link_count;
	bool reserved; /* its ports */
};

bool net_plan_read(struct net_plan *plan, const char *path);
/* Text of an address in host order, in one of a few buffers. */
const char *ip_text(uint32_t address);

/* ---- the one line for the user ---- */

extern char net_text[512];

/* Keeps the text and returns false. */
__attribute__((format(printf, 1, 2))) bool net_fail(const char *fmt, ...);
/* The same with ": strerror(error)" behind it. */
__attribute__((format(printf, 2, 3))) bool net_fail_errno(int error, const char *fmt, ...);

/* ---- net_netlink.c: messages ---- */

struct nl {
	int fd;
	uint32_t seq;
	char *bytes;
	size_t size;
	size_t room;
	size_t last; /* where the message that is being written starts */
};

bool nl_open(struct nl *nl, int protocol);
void nl_close(struct nl *nl);
void nl_begin(struct nl *nl, int type, int flags, const void *header, size_t size);
void nl_put(struct nl *nl, int type, const void *data, size_t size);
void nl_text(struct nl *nl, int type, const char *text);
void nl_u32(struct nl *nl, int type, uint32_t value);
void nl_be32(struct nl *nl, int type, uint32_t value);
size_t nl_nest(struct nl *nl, int type);
void nl_unnest(struct nl *nl, size_t nest);
/* Sends what was written; 0, or the first error as a negative number. */
int nl_send(struct nl *nl);
/* The same for one request, whose answers go to a function. */
struct nlmsghdr;
int nl_dump(struct nl *nl, void (*each)(const struct nlmsghdr *message, void *context),
	    void *context);
/* An attribute by its type in a run of them, or NULL. */
struct nlattr;
const struct nlattr *nl_find(const void *attributes, size_t size, int type);

/* ---- net_link.c: devices, addresses, routes ---- */

int link_index(const char *name);
int link_add_bridge(struct nl *nl, const char *name, const char *alias, uint32_t gateway,
		    unsigned int mtu);
/* One end on the bridge, the other as `inside` in the namespace; both up. */
struct veth {
	const char *host;
	const char *inside;
	int bridge;
	int netns;
	unsigned int mtu;
	const uint8_t *mac;
};
int link_add_veth(struct nl *nl, const struct veth *veth);
int link_remove(struct nl *nl, const char *name);
int link_up(struct nl *nl, int index);
/* What comes from a port of a bridge may go back there: to its own published port. */
int link_hairpin(struct nl *nl, int index);
int link_add_address(struct nl *nl, int index, uint32_t address, unsigned int prefix);
int link_add_default_route(struct nl *nl, uint32_t gateway);
/* Whether a device other than ours has an address in the subnet; its name goes to out. */
bool link_subnet_taken(struct nl *nl, const struct net_network *network, char out[LINK_NAME]);

/* ---- net_nft.c, net_rules.c: address translation and filters ---- */

/* Of a network: made with its bridge, removed with it. */
int rules_add_network(struct nl *nl, const struct net_network *network);
void rules_remove_network(struct nl *nl, const char *bridge);
/* Those of bridges that somebody else has deleted: they are made after a bridge. */
void rules_remove_lost(struct nl *nl);
/* Tells the filters of others, which drop what they don't know, that the bridge is fine. */
void rules_pass_foreign(struct nl *nl, const char *bridge);
/* Of a container's ports: the kernel drops them with the socket. */
int rules_add_ports(struct nl *nl, const struct net_plan *plan, uint32_t address);
void rules_remove_ports(struct nl *nl, const char *container);
/* In the container: what is sent to 127.0.0.11:53 comes to these ports. */
int rules_redirect_dns(struct nl *nl, uint16_t udp, uint16_t tcp);

/* ---- net_flows.c: what the kernel remembers of the ports of udp ---- */

void flows_forget(struct nl *nl, const struct net_plan *plan);

/* ---- net_state.c: files ---- */

enum { NETWORK_NAME = 128 };

struct endpoint {
	char container[ID_SIZE];
	uint32_t address;
	char veth[LINK_NAME];
	char ifname[LINK_NAME];
	char network[NETWORK_NAME];
	char *text; /* its names, each with a NUL behind it */
	const char *names_end;
};

/* True: go on. */
typedef bool endpoint_visitor(const struct endpoint *endpoint, void *context);

/* Waits for the lock of a network; -1 when there is no such network. Who takes something down makes no file: the folder may be going, too. */
int state_lock_network(const char *root, const char *network, bool make);
/* Of a folder of the state, by its path below the root. */
int state_open(const char *root, const char *a, const char *b);
/* Takes the lock that says a container's helper lives; -1: somebody has it. */
int state_lock_live(const char *root, const char *container);
/* The process that holds it, 0: nobody. Never ask for one's own: closing the file frees the lock. */
pid_t state_live(const char *root, const char *container);
/* What its helper wrote there first; 0: nothing. */
uint32_t state_serial(const char *root, const char *container);
void state_forget_live(const char *root, const char *container);
/* Of those that were killed. Not while a lock there is ours. */
void state_forget_dead(const char *root);
bool state_write_endpoint(const char *root, const char *network, const char *container,
			  const char *text);
void state_remove_endpoint(const char *root, const char *network, const char *container);
bool state_read_endpoint(int folder, const char *name, struct endpoint *out);
bool state_find_endpoint(const char *root, const char *network, const char *container,
			 struct endpoint *out);
void endpoint_free(struct endpoint *endpoint);
bool endpoint_has_name(const struct endpoint *endpoint, const char *name);
void state_each_endpoint(const char *root, const char *network, endpoint_visitor *each,
			 void *context);
void state_each_network(const char *root, void (*each)(const char *network, void *context),
			void *context);

/* ---- net_attach.c: a container in a network ---- */

struct net_host {
	const char *root;
	const char *container;
	bool own;        /* the lock of this container is ours */
	uint32_t serial; /* of the helper, in the names of its devices */
	int host_ns;
	int inside_ns;
	struct nl route; /* of the host */
	struct nl nft;   /* of the host */
	bool no_nft;
};

bool net_host_open(struct net_host *host, const char *root, const char *container);
void net_host_close(struct net_host *host);
/* A new namespace whose loopback device is up; we stay in ours. */
bool net_make_namespace(struct net_host *host);
bool net_attach(struct net_host *host, const struct net_plan *plan,
		const struct net_network *network, uint32_t *address);
/* Only if it came with a helper of that serial, unless that is 0. */
void net_detach(struct net_host *host, const char *network);
/* The same, from all networks that it is in. */
void net_detach_all(struct net_host *host);
/* Takes down what helpers that were killed have left. */
void net_sweep(struct net_host *host);
bool net_enter(int netns);
/* The note of a bridge that a network of the store has made; out is empty when there is none. */
bool net_noted_bridge(const char *root, const char *network, char out[LINK_NAME]);

/* ---- net_orphans.c: bridges of stores that were removed before they were ---- */

enum { ALIAS_SIZE = 256 };

/* What the device says about itself, so that everybody can tell whose it was. */
void orphans_alias(char out[ALIAS_SIZE], const char *network, const char *root);
void orphans_remove(struct net_host *host);

/* ---- net_session.c ---- */

/*
 * For root nothing. Else from here on we are in the network of the user's session, which is made if it must be there;
 * what was bound before is the machine's.
 */
bool session_enter(bool make);

/* ---- net_hosts.c ---- */

bool net_write_hosts(const struct net_plan *plan);

/* ---- net_loop.c ---- */

struct watch {
	int fd;
	void (*ready)(struct watch *watch, uint32_t events);
};

bool loop_open(void);
bool loop_add(struct watch *watch, uint32_t events);
void loop_change(struct watch *watch, uint32_t events);
/* Closes it as well. What is behind it is freed when all events at hand are done. */
void loop_drop(struct watch *watch, void *memory);
/* Called about once a second while it returns true. */
void loop_every_second(bool (*tick)(int64_t now_ms));
void loop_run(const bool *stop);
int64_t loop_now(void);

/* ---- net_ports.c: sockets that keep ports; net_forward.c, net_udp.c: what passes bytes on ---- */

bool ports_reserve(struct net_plan *plan);
/* An ordinary user's are reserved before the session's network is entered, root's when there is a namespace. */
bool ports_reserve_outside(struct net_plan *plan);
void ports_close(struct net_plan *plan);
/* The ports that were taken, for those who ask the live file. */
bool ports_tell(const struct net_plan *plan, int live);
void forward_open(const struct net_plan *plan, uint32_t address);
void udp_open(const struct net_plan *plan, uint32_t address);
/* Two streams become one; both are closed with it. */
void forward_pair(int client, int server, const void *first, size_t size);

/* ---- net_dns.c, net_relay.c, net_names.c ---- */

enum { DNS_MAX = 4096 };

bool dns_open(const struct net_plan *plan, struct net_host *host);
/* Makes an answer of a question of ours in its place; 0: not one that we know. */
size_t dns_answer(char message[DNS_MAX], size_t size);
void dns_fail(char *message, size_t *size);
/* Asks the servers behind us, and sends on what they say. */
void relay_open(const struct net_plan *plan, struct net_host *host);
bool relay_ask(int socket, const struct sockaddr_in *client, const char *message, size_t size);
/* A connection to a server, from before it is established; -1: there is none. */
int relay_connect(void);

struct names_answer {
	bool known; /* the name is one of ours, even if there is no address of the asked kind */
	uint32_t addresses[32];
	size_t count;
	char name[256]; /* of an address */
};

void names_open(const struct net_plan *plan);
void names_find(const char *name, struct names_answer *out);
void names_find_address(uint32_t address, struct names_answer *out);

#endif
