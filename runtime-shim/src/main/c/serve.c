/*
 * `shim serve`: many sandboxes for one client, in one thread.
 *
 * Both directions carry frames: u32 length of what follows, u8 type, u32 id, payload; the client
 * chooses ids. The end of stdin ends everything.
 */
#include "shim.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum request { REQUEST_RUN = 'R', REQUEST_SIGNAL = 'S' };
enum answer { ANSWER_OUT = '1', ANSWER_ERR = '2', ANSWER_EXIT = 'X', ANSWER_KILLED = 'K',
	      ANSWER_FAILED = 'F' };

/* PIDFD_GET_MNT_NAMESPACE of <linux/pidfd.h>, which has it only since Linux 6.11. */
#define PIDFD_MOUNTS _IO(0xFF, 3)

enum { HEADER = 9, CHUNK = 65536, FDS_EACH = 4 };

struct sandbox {
	uint32_t id;
	int pidfd;
	int out;
	int err;
	int report;
	int mounts; /* its mount namespace, which would end with it: nobody has to wait for that */
	struct buffer failure;
};

struct server {
	struct sandbox *all;
	size_t count;
	size_t room;
	struct pollfd *polled;
	struct buffer in;
};

/* When nobody reads the answers, nobody wants the sandboxes. */
static void answer(enum answer type, uint32_t id, const void *payload, size_t size)
{
	static char frame[HEADER + CHUNK];
	uint32_t length = (uint32_t)(size + HEADER - 4);

	memcpy(frame, &length, 4);
	frame[4] = (char)type;
	memcpy(frame + 5, &id, 4);
	memcpy(frame + HEADER, payload, size);
	if (!write_all(STDOUT_FILENO, frame, HEADER + size))
		_exit(EXIT_SHIM);
}

static void answer_failed(uint32_t id, int code, const char *text)
{
	char payload[2048];
	int size = snprintf(payload, sizeof payload, "%c%s", code, text);

	answer(ANSWER_FAILED, id, payload,
	       (size_t)size < sizeof payload ? (size_t)size : sizeof payload - 1);
}

static void grow(struct server *server)
{
	if (server->count < server->room)
		return;
	server->room = server->room * 2 + 16;
	server->all = realloc(server->all, server->room * sizeof *server->all);
	server->polled =
		realloc(server->polled, (1 + server->room * FDS_EACH) * sizeof *server->polled);
	if (!server->all || !server->polled)
		die("memory", "%zu sandboxes", server->room);
}

/* A pipe whose reading end does not block; more room than usual saves wake-ups. */
static bool output_pipe(int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(ends[1], F_SETPIPE_SZ, 262144);
	return true;
}

static bool start(struct plan *plan, struct sandbox *sandbox)
{
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct started started;
	struct stdio io = {.in = null, .console = -1};
	bool done = null >= 0 && output_pipe(out) && output_pipe(err);

	if (done) {
		io.out = out[1];
		io.err = err[1];
		done = sandbox_start(plan, &io, &started);
	}
	close_fdp(&null);
	close_fdp(&out[1]);
	close_fdp(&err[1]);
	if (!done) {
		int error = errno;

		close_fdp(&out[0]);
		close_fdp(&err[0]);
		errno = error;
		return false;
	}
	sandbox->pidfd = started.pidfd;
	/* Before Linux 6.11 there is no such call, and who waits for the sandbox waits for its mounts. */
	sandbox->mounts = ioctl(started.pidfd, PIDFD_MOUNTS, 0);
	sandbox->report = started.report;
	(void)fcntl(sandbox->report, F_SETFL, O_NONBLOCK);
	sandbox->out = out[0];
	sandbox->err = err[0];
	return true;
}

static void run(struct server *server, uint32_t id, char *bytes, size_t size)
{
	struct sandbox sandbox = {.id = id};
	struct plan plan;
	const char *wrong = plan_parse(&plan, bytes, size);
	char text[256];

	if (!wrong && plan.flags & FLAG_TTY)
		wrong = "no terminal here";
	if (wrong) {
		(void)snprintf(text, sizeof text, "plan: %s", wrong);
		answer_failed(id, EXIT_SHIM, text);
	} else if (!start(&plan, &sandbox)) {
		(void)snprintf(text, sizeof text, "start: new process: %s", strerror(errno));
		answer_failed(id, EXIT_SHIM, text);
	} else {
		grow(server);
		server->all[server->count++] = sandbox;
	}
	plan_free(&plan);
}

static void send_signal(const struct server *server, uint32_t id, const char *payload)
{
	uint32_t sig;

	memcpy(&sig, payload, sizeof sig);
	for (size_t i = 0; i < server->count; i++) {
		/* Gone meanwhile: its end is on its way to the client. */
		if (server->all[i].id == id)
			(void)pidfd_signal(server->all[i].pidfd, (int)sig);
	}
}

static void take_requests(struct server *server)
{
	struct buffer *in = &server->in;
	size_t at = 0;

	while (in->size - at >= HEADER) {
		uint32_t length;
		uint32_t id;
		char *frame = in->bytes + at;

		memcpy(&length, frame, 4);
		memcpy(&id, frame + 5, 4);
		if (length < HEADER - 4)
			die_code(EXIT_SHIM, "request", "a frame of %u bytes", length);
		if (in->size - at - 4 < length)
			break;
		if (frame[4] == REQUEST_RUN)
			run(server, id, frame + HEADER, length + 4 - HEADER);
		else if (frame[4] == REQUEST_SIGNAL && length + 4 == HEADER + 4)
			send_signal(server, id, frame + HEADER);
		else
			die_code(EXIT_SHIM, "request", "type %d", frame[4]);
		at += 4 + (size_t)length;
	}
	if (at > 0 && in->size > at)
		memmove(in->bytes, in->bytes + at, in->size - at);
	in->size -= at;
}

/* Passes one chunk on; false at the end. */
static bool pass_on(const struct sandbox *sandbox, int *fd, enum answer type)
{
	static char chunk[CHUNK];
	ssize_t size = *fd < 0 ? 0 : read(*fd, chunk, sizeof chunk);

	if (size > 0) {
		answer(type, sandbox->id, chunk, (size_t)size);
		return true;
	}
	if (size == 0 || errno != EAGAIN)
		close_fdp(fd);
	return false;
}

static void take_report(struct sandbox *sandbox)
{
	if (sandbox->report >= 0 && !buffer_fill(&sandbox->failure, sandbox->report))
		close_fdp(&sandbox->report);
}

/*
 * The first process was the last one: the kernel has ended all others before. What is in the
 * pipes now is all there will be, even if somebody outside was passed an end of them.
 */
static void finish(struct sandbox *sandbox)
{
	siginfo_t info = {0};

	while (waitid(P_PIDFD, (id_t)sandbox->pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	while (pass_on(sandbox, &sandbox->out, ANSWER_OUT))
		;
	while (pass_on(sandbox, &sandbox->err, ANSWER_ERR))
		;
	take_report(sandbox);
	if (sandbox->failure.size > 0) {
		answer(ANSWER_FAILED, sandbox->id, sandbox->failure.bytes, sandbox->failure.size);
	} else {
		uint32_t status = (uint32_t)info.si_status;

		answer(info.si_code == CLD_EXITED ? ANSWER_EXIT : ANSWER_KILLED, sandbox->id,
		       &status, sizeof status);
	}
	close_fdp(&sandbox->pidfd);
	close_fdp(&sandbox->out);
	close_fdp(&sandbox->err);
	close_fdp(&sandbox->report);
	close_fdp(&sandbox->mounts);
	free(sandbox->failure.bytes);
}

static void set_poll(struct server *server)
{
	struct pollfd *at = server->polled;

	*at++ = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	for (size_t i = 0; i < server->count; i++) {
		const struct sandbox *sandbox = &server->all[i];

		*at++ = (struct pollfd){.fd = sandbox->pidfd, .events = POLLIN};
		*at++ = (struct pollfd){.fd = sandbox->out, .events = POLLIN};
		*at++ = (struct pollfd){.fd = sandbox->err, .events = POLLIN};
		*at++ = (struct pollfd){.fd = sandbox->report, .events = POLLIN};
	}
}

/* Backwards, so that the last one can take the place of one that ended. */
static void serve_sandboxes(struct server *server)
{
	for (size_t i = server->count; i > 0; i--) {
		struct sandbox *sandbox = &server->all[i - 1];
		const struct pollfd *polled = server->polled + 1 + (i - 1) * FDS_EACH;

		if (polled[1].revents)
			(void)pass_on(sandbox, &sandbox->out, ANSWER_OUT);
		if (polled[2].revents)
			(void)pass_on(sandbox, &sandbox->err, ANSWER_ERR);
		if (polled[3].revents)
			take_report(sandbox);
		if (polled[0].revents) {
			finish(sandbox);
			*sandbox = server->all[--server->count];
		}
	}
}

static void leave(int sig)
{
	_exit(128 + sig);
}

int role_serve(int argc, char **argv)
{
	struct server server = {0};
	struct sigaction action = {.sa_handler = leave};
	sigset_t none;

	(void)argc;
	seal_self(argv);
	open_standard_fds();
	(void)guard_enter();
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	grow(&server);
	for (;;) {
		size_t polled;

		set_poll(&server);
		polled = 1 + server.count * FDS_EACH;
		if (poll(server.polled, (nfds_t)polled, -1) < 0) {
			if (errno == EINTR)
				continue;
			die("serve", "poll");
		}
		serve_sandboxes(&server);
		if (server.polled[0].revents) {
			/* As the first process of our namespace we take all others along. */
			if (!buffer_fill(&server.in, STDIN_FILENO))
				return 0;
			take_requests(&server);
		}
	}
}
