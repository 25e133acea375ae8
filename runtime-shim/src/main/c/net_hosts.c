/* A container's /etc/hosts: what its plan says, its own addresses, and its links. */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct hosts {
	const struct net_plan *plan;
	struct buffer text;
};

static void add_line(struct hosts *hosts, const char *address, const char *names)
{
	char line[1024];
	int size = snprintf(line, sizeof line, "%s\t%s\n", address, names);
	char *grown;

	if (size <= 0 || size >= (int)sizeof line)
		return;
	grown = realloc(hosts->text.bytes, hosts->text.size + (size_t)size);
	if (!grown)
		return;
	memcpy(grown + hosts->text.size, line, (size_t)size);
	hosts->text.bytes = grown;
	hosts->text.size += (size_t)size;
}

static void add_links(struct hosts *hosts, const char *network)
{
	const struct net_plan *plan = hosts->plan;

	for (size_t i = 0; i < plan->link_count; i++) {
		const struct net_link_name *link = &plan->links[i];
		struct endpoint other;
		char names[600];

		if (!state_find_endpoint(plan->root, network, link->container, &other))
			continue;
		(void)snprintf(names, sizeof names, "%.255s %.12s", link->alias, link->container);
		add_line(hosts, ip_text(other.address), names);
		endpoint_free(&other);
	}
}

static void add_own(const char *network, void *context)
{
	struct hosts *hosts = context;
	struct endpoint own;

	if (!state_find_endpoint(hosts->plan->root, network, hosts->plan->container, &own))
		return;
	if (hosts->plan->hostname)
		add_line(hosts, ip_text(own.address), hosts->plan->hostname);
	endpoint_free(&own);
	/* Where there are no names otherwise. */
	if (!hosts->plan->dns)
		add_links(hosts, network);
}

bool net_write_hosts(const struct net_plan *plan)
{
	struct hosts hosts = {.plan = plan};
	cleanup_fd int fd = -1;
	bool written;

	if (!plan->hosts_path)
		return true;
	state_each_network(plan->root, add_own, &hosts);
	/* In place: it is mounted in the container. */
	fd = open(plan->hosts_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	written = fd >= 0 && write_all(fd, plan->hosts.bytes, plan->hosts.size) &&
		  write_all(fd, hosts.text.bytes, hosts.text.size);
	free(hosts.text.bytes);
	return written || net_fail_errno(errno, "%s", plan->hosts_path);
}
