/*
 * Bridges that nobody will take down: everything was killed, and then the store was removed, or the store went while the last helper
 * was still at work. A bridge says in its alias which store it belongs to. One without ports, of which that store knows nothing, is
 * of no use to anybody: whoever comes next removes it.
 */
#include "net.h"

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char PREFIX[] = "jbuild network ";

struct bridge {
	int index;
	char name[LINK_NAME];
	char root[ALIAS_SIZE];
	bool used;
};

struct bridges {
	struct bridge *all;
	size_t count;
	int *masters; /* of all ports */
	size_t master_count;
};

void orphans_alias(char out[ALIAS_SIZE], const char *network, const char *root)
{
	/* A path that is cut off would be another one. */
	if (snprintf(out, ALIAS_SIZE, "%s%.100s in %s", PREFIX, network, root) >= ALIAS_SIZE)
		(void)snprintf(out, ALIAS_SIZE, "%s%.100s", PREFIX, network);
}

/* Names of networks have no spaces. */
static const char *root_of(const char *alias)
{
	const char *name = alias + sizeof PREFIX - 1;
	const char *end;

	if (strncmp(alias, PREFIX, sizeof PREFIX - 1) != 0)
		return NULL;
	end = strchr(name, ' ');
	return end && strncmp(end, " in /", 5) == 0 ? end + 4 : NULL;
}

static void *grown(void *all, size_t count, size_t size)
{
	/* At 0, 1, 2, 4, 8 … */
	void *more = count & (count - 1) ? all : realloc(all, (count ? count * 2 : 1) * size);

	if (!more)
		die("memory", "%zu devices", count);
	return more;
}

static void take_link(const struct nlmsghdr *message, void *context)
{
	struct bridges *bridges = context;
	const struct ifinfomsg *info = NLMSG_DATA(message);
	const char *attributes = (const char *)info + NLMSG_ALIGN(sizeof *info);
	size_t size = message->nlmsg_len - NLMSG_LENGTH(sizeof *info);
	const struct nlattr *name = nl_find(attributes, size, IFLA_IFNAME);
	const struct nlattr *alias = nl_find(attributes, size, IFLA_IFALIAS);
	const struct nlattr *master = nl_find(attributes, size, IFLA_MASTER);
	const char *root = alias ? root_of((const char *)(alias + 1)) : NULL;

	if (message->nlmsg_type != RTM_NEWLINK)
		return;
	if (master) {
		bridges->masters = grown(bridges->masters, bridges->master_count, sizeof *bridges->masters);
		memcpy(&bridges->masters[bridges->master_count++], master + 1, sizeof *bridges->masters);
	} else if (name && root) {
		struct bridge *bridge;

		bridges->all = grown(bridges->all, bridges->count, sizeof *bridges->all);
		bridge = &bridges->all[bridges->count++];
		*bridge = (struct bridge){.index = info->ifi_index};
		(void)snprintf(bridge->name, sizeof bridge->name, "%s", (const char *)(name + 1));
		(void)snprintf(bridge->root, sizeof bridge->root, "%s", root);
	}
}

static void look_for_note(const char *network, void *context)
{
	struct bridge *bridge = context;
	char noted[LINK_NAME];

	/* It is written before the bridge is made, and goes after it. */
	if (net_noted_bridge(bridge->root, network, noted) && strcmp(noted, bridge->name) == 0)
		bridge->used = true;
}

void orphans_remove(struct net_host *host)
{
	struct ifinfomsg info = {0};
	struct bridges bridges = {0};

	nl_begin(&host->route, RTM_GETLINK, NLM_F_DUMP, &info, sizeof info);
	nl_u32(&host->route, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	(void)nl_dump(&host->route, take_link, &bridges);
	for (size_t i = 0; i < bridges.count; i++) {
		struct bridge *bridge = &bridges.all[i];

		for (size_t j = 0; j < bridges.master_count; j++)
			bridge->used = bridge->used || bridges.masters[j] == bridge->index;
		if (!bridge->used)
			state_each_network(bridge->root, look_for_note, bridge);
		if (!bridge->used && link_remove(&host->route, bridge->name) == 0 && !host->no_nft)
			rules_remove_network(&host->nft, bridge->name);
	}
	if (!host->no_nft)
		rules_remove_lost(&host->nft);
	free(bridges.all);
	free(bridges.masters);
}
