/* One container and the process that looks after it: its parts. */
#ifndef JBUILD_SUPERVISE_H
#define JBUILD_SUPERVISE_H

#include "log.h"
#include "shim.h"
#include "state.h"

/* ---- frames of the control socket: u32 length of the payload, u8 type, payload ---- */

enum frame_type {
	/* to the supervisor */
	FRAME_ATTACH = 'A',  /* u8 of enum attach_flag */
	FRAME_STDIN = 'I',
	FRAME_STDIN_END = 'E',
	FRAME_SIZE = 'W',    /* struct winsize */
	FRAME_SIGNAL = 'S',  /* u32 */
	FRAME_STOP = 'T',    /* u32 signal, i32 milliseconds until SIGKILL, -1: never */
	FRAME_WAIT = 'Q',
	FRAME_LEAVE = 'L',   /* goes without taking the container along */
	FRAME_PAUSE = 'Z',
	FRAME_UNPAUSE = 'Y',
	FRAME_OPTION = 'U',  /* NAME=VALUE */
	/* to the client */
	FRAME_OUT = '1',
	FRAME_ERR = '2',
	FRAME_EXIT = 'X',    /* u32 code */
	FRAME_FAILED = 'F',  /* u8 code, text */
	FRAME_DONE = 'O',
};

enum attach_flag {
	ATTACH_OUTPUT = 1 << 0,
	ATTACH_STDIN = 1 << 1,
	ATTACH_OWNER = 1 << 2, /* when it is lost, so is the container */
};

enum { FRAME_HEADER = 5, FRAME_MAX = 1 << 20 };

/* ---- keeper.c ---- */

/* A started container, whose parent is a process between it and us. */
struct kept {
	pid_t pid;
	int socket; /* to the keeper; its end means the container's */
	int pidfd;  /* of the container's first process, or -1 */
	int report;
};

struct ending {
	bool known; /* false: the keeper was killed */
	bool killed;
	int status; /* exit code or signal */
};

bool keeper_start(struct plan *plan, const struct stdio *io, struct kept *out);
/* When the socket can be read: takes what came. True: that was the end. */
bool keeper_take(struct kept *kept, struct ending *ending);
/* The number of a process as we see it. */
pid_t pidfd_number(int pidfd);

/* ---- clients.c ---- */

struct client {
	int fd;
	unsigned attached; /* enum attach_flag */
	bool waits;   /* for the end of the container, in whatever way */
	bool first;   /* has started it, and wants to know how that went */
	bool leaves;  /* has said that it goes */
	bool gone;
	struct buffer in;
	struct buffer out;
	size_t sent;
};

enum { CLIENTS_MAX = 64 };

struct clients {
	int listener;
	struct client all[CLIENTS_MAX];
	size_t count;
};

void clients_listen(struct clients *clients);
void clients_accept(struct clients *clients);
struct client *clients_add(struct clients *clients, int fd);
void client_send(struct client *client, enum frame_type type, const void *payload, size_t size);
void client_send_number(struct client *client, enum frame_type type, uint32_t number);
/* Writes what can be written now. */
void client_flush(struct client *client);
/* The next whole frame, or NULL; it lives until client_drop. */
char *client_frame(struct client *client, size_t *at, enum frame_type *type, size_t *size);
void client_drop(struct client *client, size_t taken);
void clients_output(struct clients *clients, int stream, const void *bytes, size_t size);
/* Nobody who is attached is far behind. */
bool clients_keep_up(const struct clients *clients);
void clients_sweep(struct clients *clients);
void clients_finish(struct clients *clients);

/* ---- health.c ---- */

enum health_status { HEALTH_NONE, HEALTH_STARTING, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

enum { HEALTH_TEXT = 4096, HEALTH_PAST = 5 };

struct health {
	enum health_status status;
	int streak;
	int pidfd; /* of the check that runs, or -1 */
	int output;
	int report;
	bool timed_out;
	long long deadline;
	long long next;
	long long since; /* start of the container */
	char start_text[TIME_SIZE];
	size_t text_size;
	char text[HEALTH_TEXT];
	char *past[HEALTH_PAST]; /* the last checks in JSON, oldest first */
};

void health_begin(struct health *health, const struct plan *plan);
/* Starts a check when it is time, and ends one that takes too long; true: the status has changed. */
bool health_step(struct health *health, const struct plan *plan, int pidfd);
/* Takes output and end of a check; true: the status has changed. */
bool health_take(struct health *health, const struct plan *plan);
void health_end(struct health *health);
/* When health_step has something to do; 0: never. */
long long health_due(const struct health *health);
const char *health_name(enum health_status status);

/* ---- supervise.c, life.c, leave.c ---- */

enum phase { PHASE_STARTING, PHASE_RUNNING, PHASE_WAITING, PHASE_OVER };

struct supervisor {
	struct plan plan;
	int signals;
	struct clients clients;
	struct log *log;
	struct state state;
	struct health health;
	struct kept kept;
	enum phase phase;
	int in;  /* to the container's stdin, or its terminal */
	int out; /* from its stdout, or its terminal */
	int err;
	struct buffer typed; /* for stdin, when it does not take it now */
	size_t typed_sent;
	bool typed_end;
	struct winsize size;
	struct buffer failure;
	pid_t helper; /* of the network, or 0 */
	long long kill_at; /* 0: never */
	long long restart_at;
	long long run_since;
	long backoff;
	long failures;  /* restarts in a row */
	bool unhealthy; /* stopped because of that, to be started again */
	bool ran;       /* at least once */
};

void life_start(struct supervisor *s);
void life_failed(struct supervisor *s);
/* The program has been executed, or could not be. */
void life_reported(struct supervisor *s);
void life_ended(struct supervisor *s, const struct ending *ending);
void life_stop(struct supervisor *s, int sig, int timeout);
void life_signal(struct supervisor *s, int sig);
void life_health_changed(struct supervisor *s);
/* What is due by now. */
void life_clock(struct supervisor *s);
long long life_due(const struct supervisor *s);
bool life_freeze(struct supervisor *s, bool frozen);
/* False: nothing is there to be read now. */
void life_flush_log(struct supervisor *s);
bool life_pass_output(struct supervisor *s, int *from, int stream);
void life_feed_stdin(struct supervisor *s);

/* What is said to the world; more is JSON members with a comma before each, or "". */
void tell_event(const struct plan *plan, const char *action, const char *more);
/* The networks and volumes that it has from now on, or no longer. */
void tell_uses(const struct plan *plan, bool up);
/* Number of processes that were killed for want of memory. */
long tell_oom(const struct plan *plan);
/* Starts the helper of the network and waits until it is ready. */
bool helper_start(struct supervisor *s); /* false: why is in its failure */
void helper_stop(struct supervisor *s);
/* Takes down what the container had; the last thing that is done. */
void leave_all(struct supervisor *s);
/* Makes a text part of a JSON string. */
void json_escape(struct buffer *out, const char *bytes, size_t size);
void buffer_text(struct buffer *out, const char *text);
void buffer_put(struct buffer *out, const void *bytes, size_t size);

/*
 * The supervisor, in the container's folder; the first client is at the other end of the socket. What
 * goes wrong before anything is started is told by die() to `report`, which ends when nothing did.
 */
__attribute__((noreturn)) void supervise(const char *plan_path, int socket, int report,
					 unsigned attached);

#endif
