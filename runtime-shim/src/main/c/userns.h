/* An ordinary user's ids, and why there is no namespace for them. */
#ifndef JBUILD_USERNS_H
#define JBUILD_USERNS_H

#include "shim.h"

/* For newuidmap and newgidmap: the namespace's id, the machine's and how many, three words each. */
struct id_map {
	char words[8 * 3][24];
	size_t count; /* of words */
	unsigned long ids;
};

struct id_ranges {
	struct id_map uids;
	struct id_map gids;
	const char *why; /* NULL, or why there are none: "ranges", "helper" */
};

/* Says why there is no session, what to do, and ends. */
__attribute__((noreturn, format(printf, 1, 2))) void userns_refuse(const char *fmt, ...);
/* The same for what the kernel said when a namespace was asked for. */
__attribute__((noreturn)) void userns_explain(int error);

/* What the machine's files give to this user. */
void userns_ranges(struct id_ranges *ranges);
/* Writes the maps of a process's new namespace; returns how many ids it has. */
unsigned long userns_map(pid_t pid, const struct id_ranges *ranges);
bool userns_home(uid_t uid, char *home, size_t size);

#endif
