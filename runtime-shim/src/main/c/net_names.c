/* Who is called what: read from the files of the networks when somebody asks, so that nobody has to tell us of changes. */
#include "net.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static const struct net_plan *plan;

void names_open(const struct net_plan *of)
{
	plan = of;
}

struct search {
	const char *name;
	uint32_t address;
	const char *linked; /* the container that a link of ours means by the name */
	struct names_answer *out;
};

/* By a name of it, or by one with the network's behind it, as Docker has them. */
static bool is_called(const struct endpoint *endpoint, const char *name)
{
	const size_t size = strlen(name);
	const size_t behind = strlen(endpoint->network);
	char first[256];

	if (endpoint_has_name(endpoint, name))
		return true;
	if (behind == 0 || size <= behind + 1 || size >= sizeof first ||
	    name[size - behind - 1] != '.' || strcasecmp(name + size - behind, endpoint->network) != 0)
		return false;
	memcpy(first, name, size - behind - 1);
	first[size - behind - 1] = '\0';
	return endpoint_has_name(endpoint, first);
}

static bool match(const struct endpoint *endpoint, void *context)
{
	struct search *search = context;
	struct names_answer *out = search->out;

	if (search->name) {
		if (!is_called(endpoint, search->name) &&
		    !(search->linked && strcmp(endpoint->container, search->linked) == 0))
			return true;
		/* One that was killed, and that nobody has swept yet. */
		if (strcmp(endpoint->container, plan->container) != 0 &&
		    state_live(plan->root, endpoint->container) == 0)
			return true;
		out->known = true;
		if (out->count < sizeof out->addresses / sizeof *out->addresses)
			out->addresses[out->count++] = endpoint->address;
		return true;
	}
	if (endpoint->address != search->address || endpoint->text == endpoint->names_end)
		return true;
	out->known = true;
	(void)snprintf(out->name, sizeof out->name, "%s%s%s", endpoint->text,
		       endpoint->network[0] ? "." : "", endpoint->network);
	return false;
}

static void search_network(const char *network, void *context)
{
	struct search *search = context;
	struct endpoint own;

	if (!state_find_endpoint(plan->root, network, plan->container, &own))
		return;
	endpoint_free(&own);
	state_each_endpoint(plan->root, network, match, search);
}

void names_find(const char *name, struct names_answer *out)
{
	struct search search = {.name = name, .out = out};

	memset(out, 0, sizeof *out);
	for (size_t i = 0; i < plan->link_count; i++) {
		if (strcasecmp(plan->links[i].alias, name) == 0)
			search.linked = plan->links[i].container;
	}
	state_each_network(plan->root, search_network, &search);
}

void names_find_address(uint32_t address, struct names_answer *out)
{
	struct search search = {.address = address, .out = out};

	memset(out, 0, sizeof *out);
	state_each_network(plan->root, search_network, &search);
}
