/* What is written down of a container, for who asks while nobody answers. */
#ifndef JBUILD_STATE_H
#define JBUILD_STATE_H

#include <stdbool.h>
#include <sys/types.h>

enum { TIME_SIZE = 40, ERROR_SIZE = 1024 };

/* The file `state` in the container's folder: lines of KEY=VALUE. */
struct state {
	const char *status; /* created, running, paused, restarting, exited */
	pid_t pid;          /* of the first process, on the host; 0: none */
	int exit;
	unsigned restarts;
	bool oom;
	bool stopped; /* by a user, not by itself */
	char started[TIME_SIZE];
	char finished[TIME_SIZE];
	char error[ERROR_SIZE];
	unsigned long lost; /* lines of the log */
};

/* RFC 3339 with nanoseconds, UTC. */
void time_text(char out[TIME_SIZE]);
long long now_ms(void); /* of a clock that never jumps */
bool state_save(const struct state *state);
/* Of what is there, pid, exit and started, and of the status whether it is `running`. */
bool state_load(int folder, struct state *out);
/* Writes a file of the current folder under another name first. */
bool replace_file(const char *name, const char *text, size_t size);
/* A pidfd of the container's first process, or -1 when it does not run. */
int join_find(int folder);
/* Removes a tree below a folder; hostile ones too. False: something is left. */
bool remove_tree(int folder, const char *name);

#endif
