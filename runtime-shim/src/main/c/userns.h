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

/* Of the environment: who the user is, and the process that holds the session. */
#define SESSION_VARIABLE "JBUILD_USERNS"
#define SESSION_HOLDER "JBUILD_HOLDER"
/* The way out of the session's network, and who makes it. */
#define SESSION_UPLINK "tap0"
#define SESSION_UPLINK_PROGRAM "slirp4netns"

/* Says why there is no session, what to do, and ends. */
__attribute__((noreturn, format(printf, 1, 2))) void userns_refuse(const char *fmt, ...);
/* The same for what the kernel said when a namespace was asked for. */
__attribute__((noreturn)) void userns_explain(int error);

/* What the machine's files give to this user. */
void userns_ranges(struct id_ranges *ranges);
/* Writes the maps of a process's new namespace; returns how many ids it has; 0 if the machine's programs fail and may. */
unsigned long userns_map(pid_t pid, const struct id_ranges *ranges, bool may_fail);
bool userns_home(uid_t uid, char *home, size_t size);
/* The machine's first, whatever the caller's PATH says; the file's path. */
bool userns_find(const char *program, char *file, size_t size);

/* userns_hold.c: in the process that keeps the namespaces, once they are there. Its descriptor 3 is its lock. */
__attribute__((noreturn)) void userns_hold(void);

#endif
