/* The life of a container: started, stopped, started again. */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 65536, BACKOFF_FIRST = 100, BACKOFF_MOST = 60000, LONG_RUN = 10000 };

static void save(struct supervisor *s, const char *status)
{
	s->state.status = status;
	if (s->log)
		s->state.lost = log_lost(s->log);
	(void)state_save(&s->state);
}

/* Said once while it runs, and counted at its end. */
void life_flush_log(struct supervisor *s)
{
	log_flush(s->log);
	if (s->state.lost == 0 && log_lost(s->log) > 0)
		save(s, s->state.status);
}

/* ---- stdin, stdout and stderr ---- */

static bool make_pipes(struct supervisor *s, struct stdio *io)
{
	int in[2] = {-1, -1};
	int out[2] = {-1, -1};
	int err[2] = {-1, -1};

	if (s->plan.flags & FLAG_STDIN) {
		if (pipe2(in, O_CLOEXEC) < 0)
			return false;
	} else {
		in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	if (in[0] < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return false;
	io->in = in[0];
	io->out = out[1];
	io->err = err[1];
	s->in = in[1];
	s->out = out[0];
	s->err = err[0];
	return true;
}

static void unblock(int fd)
{
	if (fd >= 0)
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static bool start_with_pipes(struct supervisor *s)
{
	struct stdio io = {.in = -1, .out = -1, .err = -1, .console = -1};
	bool done = make_pipes(s, &io) && keeper_start(&s->plan, &io, &s->kept);

	close_fdp(&io.in);
	close_fdp(&io.out);
	close_fdp(&io.err);
	return done;
}

static bool start_with_terminal(struct supervisor *s)
{
	int ends[2] = {-1, -1};
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct stdio io = {.in = null, .out = null, .err = null, .size = s->size};
	bool done = null >= 0 &&
		    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
	char byte;

	io.console = ends[1];
	done = done && keeper_start(&s->plan, &io, &s->kept);
	close_fdp(&ends[1]);
	close_fdp(&null);
	/* Nothing: it failed before it had a terminal. */
	if (done && receive_fds(ends[0], &s->out, 1, &byte, 1) > 0 && s->out >= 0 &&
	    (s->plan.flags & FLAG_STDIN))
		s->in = fcntl(s->out, F_DUPFD_CLOEXEC, 3);
	close_fdp(&ends[0]);
	return done;
}

static void close_stdio(struct supervisor *s)
{
	close_fdp(&s->in);
	close_fdp(&s->out);
	close_fdp(&s->err);
	s->typed.size = s->typed_sent = 0;
	s->typed_end = false;
}

void life_failed(struct supervisor *s)
{
	struct ending ending = {0};

	s->phase = PHASE_STARTING;
	life_ended(s, &ending);
}

void life_start(struct supervisor *s)
{
	s->phase = PHASE_STARTING;
	s->failure.size = 0;
	s->state.stopped = false;
	s->unhealthy = false;
	s->restart_at = s->kill_at = 0;
	if ((s->plan.flags & FLAG_TTY ? start_with_terminal(s) : start_with_pipes(s))) {
		unblock(s->in);
		unblock(s->out);
		unblock(s->err);
		return;
	}
	char text[128];

	(void)snprintf(text, sizeof text, "%cstart: new process: %s", EXIT_SHIM, strerror(errno));
	buffer_text(&s->failure, text);
	life_failed(s);
}

bool life_pass_output(struct supervisor *s, int *from, int stream)
{
	static char chunk[CHUNK];
	ssize_t size = *from < 0 ? 0 : read(*from, chunk, sizeof chunk);

	if (size > 0) {
		if (s->log)
			log_write(s->log, stream, chunk, (size_t)size);
		clients_output(&s->clients, stream, chunk, (size_t)size);
		return true;
	}
	/* A terminal's master says EIO when the last process has closed it. */
	if (*from >= 0 && (size == 0 || (errno != EAGAIN && errno != EINTR)))
		close_fdp(from);
	return false;
}

void life_feed_stdin(struct supervisor *s)
{
	struct buffer *typed = &s->typed;

	while (s->in >= 0 && s->typed_sent < typed->size) {
		ssize_t done = write(s->in, typed->bytes + s->typed_sent,
				     typed->size - s->typed_sent);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno == EAGAIN)
			return;
		if (done < 0)
			close_fdp(&s->in);
		else
			s->typed_sent += (size_t)done;
	}
	typed->size = s->typed_sent = 0;
	if (s->typed_end && !(s->plan.flags & FLAG_TTY))
		close_fdp(&s->in);
}

/* ---- up ---- */

static void say_started(struct supervisor *s)
{
	for (size_t i = 0; i < s->clients.count; i++) {
		struct client *client = &s->clients.all[i];

		if (client->first) {
			client_send(client, FRAME_DONE, "", 0);
			client_flush(client);
			client->first = false;
		}
	}
}

static void say_failed(struct supervisor *s)
{
	for (size_t i = 0; i < s->clients.count; i++) {
		struct client *client = &s->clients.all[i];

		if (client->first)
			client_send(client, FRAME_FAILED, s->failure.bytes, s->failure.size);
		client->first = false;
	}
}

void life_reported(struct supervisor *s)
{
	if (buffer_fill(&s->failure, s->kept.report))
		return;
	close_fdp(&s->kept.report);
	if (s->failure.size > 0)
		return;
	s->phase = PHASE_RUNNING;
	s->ran = true;
	s->run_since = now_ms();
	s->state.pid = pidfd_number(s->kept.pidfd);
	s->state.exit = 0;
	s->state.oom = false;
	s->state.error[0] = '\0';
	time_text(s->state.started);
	save(s, "running");
	health_begin(&s->health, &s->plan);
	tell_uses(&s->plan, true);
	tell_event(&s->plan, "start", "");
	say_started(s);
}

/* ---- down ---- */

static void drain(struct supervisor *s)
{
	/* What is in the pipes now is all there will be, even if somebody else has an end of them. */
	while (life_pass_output(s, &s->out, 0))
		;
	while (life_pass_output(s, &s->err, 1))
		;
	if (s->log)
		log_end_lines(s->log);
	close_stdio(s);
}

static int code_of(struct supervisor *s, const struct ending *ending)
{
	if (s->failure.size > 0)
		return (unsigned char)s->failure.bytes[0];
	if (!ending->known)
		return 128 + SIGKILL;
	return ending->killed ? 128 + ending->status : ending->status;
}

static bool restarts(const struct supervisor *s)
{
	const char *policy = plan_option(&s->plan, "restart");
	long most = plan_number(&s->plan, "restart-max", 0);

	if (s->unhealthy)
		return true;
	if (!policy || !s->ran || s->state.stopped)
		return false;
	if (strcmp(policy, "on-failure") == 0 || strcmp(policy, "on-unhealthy") == 0)
		return s->state.exit != 0 && (most == 0 || s->state.restarts < (unsigned)most);
	return strcmp(policy, "always") == 0 || strcmp(policy, "unless-stopped") == 0;
}

static void plan_restart(struct supervisor *s)
{
	if (s->unhealthy || now_ms() - s->run_since >= LONG_RUN || s->backoff == 0)
		s->backoff = BACKOFF_FIRST;
	else
		s->backoff = s->backoff * 2 > BACKOFF_MOST ? BACKOFF_MOST : s->backoff * 2;
	s->phase = PHASE_WAITING;
	s->restart_at = now_ms() + s->backoff;
	s->state.restarts++;
	save(s, "restarting");
}

static void say_ended(struct supervisor *s)
{
	for (size_t i = 0; i < s->clients.count; i++) {
		struct client *client = &s->clients.all[i];

		if (client->attached && s->phase == PHASE_WAITING) {
			client_send_number(client, FRAME_EXIT, (uint32_t)s->state.exit);
			client_flush(client);
		}
	}
}

void life_ended(struct supervisor *s, const struct ending *ending)
{
	char more[64];
	long oom;

	/* When it has ended, so has all that was below it. */
	while (s->kept.pid > 0 && waitpid(s->kept.pid, NULL, 0) < 0 && errno == EINTR)
		;
	s->kept.pid = 0;
	oom = tell_oom(&s->plan);
	if (s->kept.report >= 0)
		while (buffer_fill(&s->failure, s->kept.report))
			;
	if (s->phase == PHASE_STARTING && s->failure.size == 0 && s->kept.report >= 0)
		life_reported(s);
	drain(s);
	health_end(&s->health);
	close_fdp(&s->kept.socket);
	close_fdp(&s->kept.pidfd);
	close_fdp(&s->kept.report);
	s->kill_at = 0;
	s->state.pid = 0;
	s->state.exit = code_of(s, ending);
	s->state.oom = oom > 0;
	time_text(s->state.finished);
	if (s->failure.size > 0) {
		(void)snprintf(s->state.error, sizeof s->state.error, "%.*s",
			       (int)s->failure.size - 1, s->failure.bytes + 1);
		say_failed(s);
	}
	if (s->ran) {
		(void)snprintf(more, sizeof more, ",\"execDuration\":\"%lld\",\"exitCode\":\"%d\"",
			       (long long)(now_ms() - s->run_since) / 1000, s->state.exit);
		if (oom > 0)
			tell_event(&s->plan, "oom", "");
		tell_uses(&s->plan, false);
		tell_event(&s->plan, "die", more);
	}
	if (restarts(s)) {
		plan_restart(s);
	} else {
		s->phase = PHASE_OVER;
		save(s, s->ran ? "exited" : "created");
	}
	say_ended(s);
}

/* ---- asked for ---- */

static void send_signal(struct supervisor *s, int sig)
{
	char more[48];

	(void)snprintf(more, sizeof more, ",\"signal\":\"%d\"", sig);
	tell_event(&s->plan, "kill", more);
	(void)pidfd_signal(s->kept.pidfd, sig);
}

void life_stop(struct supervisor *s, int sig, int timeout)
{
	s->state.stopped = true;
	/* Whoever asks for the end does not want it started again for its health. */
	s->unhealthy = false;
	if (s->phase == PHASE_WAITING) {
		s->phase = PHASE_OVER;
		save(s, "exited");
		return;
	}
	if (s->kept.pidfd < 0)
		return;
	send_signal(s, sig);
	if (strcmp(s->state.status, "paused") == 0 && life_freeze(s, false))
		save(s, "running");
	if (timeout >= 0)
		s->kill_at = now_ms() + timeout;
}

/* As with Docker, a container that was killed on purpose stays down. */
void life_signal(struct supervisor *s, int sig)
{
	if (sig == SIGKILL || sig == plan_number(&s->plan, "stop-signal", SIGTERM))
		s->state.stopped = true;
	if (s->phase == PHASE_WAITING && sig == SIGKILL) {
		life_stop(s, sig, -1);
		return;
	}
	send_signal(s, sig);
	if (sig == SIGKILL && strcmp(s->state.status, "paused") == 0)
		(void)life_freeze(s, false);
}

void life_health_changed(struct supervisor *s)
{
	const char *policy = plan_option(&s->plan, "restart");
	long most = plan_number(&s->plan, "restart-max", 0);
	char action[64];

	(void)snprintf(action, sizeof action, "health_status: %s", health_name(s->health.status));
	tell_event(&s->plan, action, "");
	if (s->health.status != HEALTH_UNHEALTHY || !policy || strcmp(policy, "on-unhealthy") != 0)
		return;
	/* Once it has been tried often enough it goes on as it is. */
	if (s->state.stopped || (most > 0 && s->state.restarts >= (unsigned)most))
		return;
	life_stop(s, (int)plan_number(&s->plan, "stop-signal", SIGTERM),
		  (int)plan_number(&s->plan, "stop-timeout", 10000));
	s->state.stopped = false;
	s->unhealthy = true;
}

void life_clock(struct supervisor *s)
{
	long long now = now_ms();

	if (s->kill_at && now >= s->kill_at && s->kept.pidfd >= 0) {
		s->kill_at = 0;
		send_signal(s, SIGKILL);
	}
	if (s->phase == PHASE_WAITING && now >= s->restart_at)
		life_start(s);
	if (s->phase == PHASE_RUNNING && strcmp(s->state.status, "running") == 0 &&
	    health_step(&s->health, &s->plan, s->kept.pidfd))
		life_health_changed(s);
}

static long long sooner(long long a, long long b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

long long life_due(const struct supervisor *s)
{
	long long due = sooner(s->kill_at, s->restart_at);

	return strcmp(s->state.status, "paused") == 0 ? due : sooner(due, health_due(&s->health));
}

/* Writes to a file of a cgroup, if it has one. */
static bool write_control(const char *folder, const char *name, const char *text)
{
	char path[4096];
	cleanup_fd int file = -1;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = open(path, O_WRONLY | O_CLOEXEC);
	return file >= 0 && write_all(file, text, strlen(text));
}

bool life_freeze(struct supervisor *s, bool frozen)
{
	for (size_t i = 0; i < s->plan.cgroups.count; i++) {
		const char *folder = s->plan.cgroups.at[i];

		if (write_control(folder, "cgroup.freeze", frozen ? "1" : "0") ||
		    write_control(folder, "freezer.state", frozen ? "FROZEN" : "THAWED"))
			return true;
	}
	return false;
}
