/* The other side of a supervisor: processes in front of which somebody sits. */
#ifndef JBUILD_ATTACH_H
#define JBUILD_ATTACH_H

#include "keys.h"
#include "supervise.h"

#include <termios.h>

struct attached {
	int socket;
	int signals;
	bool tty;   /* the container has a terminal */
	bool in;    /* our stdin is passed on */
	bool proxy; /* signals are passed on */
	bool owner;
	int terminal; /* of ours, that is raw now; or -1 */
	pid_t group;  /* that was in the foreground before us; 0: we did not take it */
	bool starts;  /* the container was started by us */
	struct keys keys; /* that detach */
	struct termios before;
	const char *say; /* printed when the container runs, or NULL */
	struct client link; /* frames to the supervisor and from it */
};

/* Reads what starts with - of our arguments; returns the number of the first that does not. */
int attach_options(struct attached *a, int argc, char **argv);
/* Until the container ends or somebody detaches; the exit code. */
int attach_run(struct attached *a);

#endif
