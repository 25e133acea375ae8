/*
 * The process that looks after one container. It is alone with it: what it knows it writes to files,
 * so that nobody has to ask, and who wants something of it comes to the socket `ctl`.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { TYPED_MAX = 1 << 18 };

/* Its locks tell that a container lives: those of POSIX, which no child inherits. */
static void take_lock(void)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int file = open("lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (file < 0)
		die("start", "lock");
	/* Who only looks whether we live holds it for a moment. */
	for (int tries = 0; fcntl(file, F_SETLK, &lock) < 0; tries++) {
		if (tries == 50)
			die_code(EXIT_SHIM, "running", "the container is running");
		(void)poll(NULL, 0, 2);
	}
}

static void read_plan(struct plan *plan, const char *path)
{
	struct buffer buffer = {0};
	cleanup_fd int file = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong;

	if (file < 0 || unlink(path) < 0)
		die("plan", "%s", path);
	while (buffer_fill(&buffer, file))
		;
	wrong = plan_parse(plan, buffer.bytes, buffer.size);
	if (wrong)
		die_code(EXIT_SHIM, "plan", "%s", wrong);
}

static void leave_caller(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)prctl(PR_SET_NAME, "jbuild-super");
	/* The kernel would take us first of all, and the container with us. */
	for (int fd = 0; fd <= 2; fd++) {
		if (dup2(null, fd) < 0)
			die("start", "stdio");
	}
	(void)close(null);
	(void)setsid();
}

static bool is_up(const struct supervisor *s)
{
	return s->phase == PHASE_RUNNING && s->kept.pidfd >= 0;
}

static void refuse(struct client *client, const char *text)
{
	char payload[256];
	int size = snprintf(payload, sizeof payload, "%c%s", 1, text);

	client_send(client, FRAME_FAILED, payload, (size_t)size);
}

static void take_typed(struct supervisor *s, const char *payload, size_t size)
{
	if (s->in < 0)
		return;
	buffer_put(&s->typed, payload, size);
	life_feed_stdin(s);
}

static void end_typed(struct supervisor *s)
{
	if (plan_number(&s->plan, "stdin-once", 0) == 0)
		return;
	s->typed_end = true;
	life_feed_stdin(s);
}

static void resize(struct supervisor *s, const char *payload, size_t size)
{
	if (size != sizeof s->size)
		return;
	memcpy(&s->size, payload, size);
	if (s->out >= 0 && s->plan.flags & FLAG_TTY)
		(void)ioctl(s->out, TIOCSWINSZ, &s->size);
}

static void freeze(struct supervisor *s, struct client *client, bool frozen)
{
	bool is = strcmp(s->state.status, "paused") == 0;

	if (!is_up(s)) {
		refuse(client, "is not running");
	} else if (is == frozen) {
		refuse(client, frozen ? "is already paused" : "is not paused");
	} else if (!life_freeze(s, frozen)) {
		refuse(client, "cannot be paused: there is no freezer cgroup here");
	} else {
		s->state.status = frozen ? "paused" : "running";
		(void)state_save(&s->state);
		tell_event(&s->plan, frozen ? "pause" : "unpause", "");
		client_send(client, FRAME_DONE, "", 0);
	}
}

/* One that a limit was set in while the container ran: the next start is in it, too. */
static void add_cgroup(struct supervisor *s, char *folder)
{
	struct words *cgroups = &s->plan.cgroups;
	char **more = realloc(cgroups->at, (cgroups->count + 2) * sizeof *more);

	if (!more)
		return;
	cgroups->at = more;
	cgroups->at[cgroups->count++] = folder;
	cgroups->at[cgroups->count] = NULL;
}

static void set_option(struct supervisor *s, struct client *client, const char *payload, size_t size)
{
	char *text = strndup(payload, size);

	if (text && strncmp(text, "cgroup=", 7) == 0)
		add_cgroup(s, text + 7);
	else if (text)
		plan_set_option(&s->plan, text);
	client_send(client, FRAME_DONE, "", 0);
}

static void take_signal_frame(struct supervisor *s, struct client *client, const char *payload)
{
	uint32_t sig;

	memcpy(&sig, payload, sizeof sig);
	if (is_up(s) || (s->phase == PHASE_WAITING && sig == SIGKILL))
		life_signal(s, (int)sig);
	else if (!client->attached)
		refuse(client, "is not running");
	if (!client->attached)
		client_send(client, FRAME_DONE, "", 0);
}

static void take_stop_frame(struct supervisor *s, struct client *client, const char *payload)
{
	uint32_t sig;
	int32_t timeout;

	memcpy(&sig, payload, sizeof sig);
	memcpy(&timeout, payload + 4, sizeof timeout);
	client->waits = true;
	life_stop(s, (int)sig, timeout);
}

static void take_frame(struct supervisor *s, struct client *client, enum frame_type type,
		       const char *payload, size_t size)
{
	if (type == FRAME_ATTACH && size == 1)
		client->attached = (unsigned char)payload[0];
	else if (type == FRAME_STDIN)
		take_typed(s, payload, size);
	else if (type == FRAME_STDIN_END)
		end_typed(s);
	else if (type == FRAME_SIZE)
		resize(s, payload, size);
	else if (type == FRAME_SIGNAL && size == 4)
		take_signal_frame(s, client, payload);
	else if (type == FRAME_STOP && size == 8)
		take_stop_frame(s, client, payload);
	else if (type == FRAME_WAIT)
		client->waits = true;
	else if (type == FRAME_LEAVE)
		client->leaves = true;
	else if (type == FRAME_PAUSE || type == FRAME_UNPAUSE)
		freeze(s, client, type == FRAME_PAUSE);
	else if (type == FRAME_OPTION)
		set_option(s, client, payload, size);
	else
		client->gone = true;
}

static void client_lost(struct supervisor *s, struct client *client)
{
	client->gone = true;
	if (client->attached & ATTACH_STDIN && !client->leaves)
		end_typed(s);
	/* Whoever runs something that is to be removed, and is killed, leaves nothing behind. */
	if (client->attached & ATTACH_OWNER && !client->leaves) {
		s->state.stopped = true;
		life_stop(s, SIGKILL, -1);
	}
}

static void take_client(struct supervisor *s, struct client *client)
{
	bool more = buffer_fill(&client->in, client->fd);
	enum frame_type type;
	size_t size;
	size_t at = 0;
	const char *payload;

	while (!client->gone && (payload = client_frame(client, &at, &type, &size)))
		take_frame(s, client, type, payload, size);
	client_drop(client, at);
	client_flush(client);
	if (!more)
		client_lost(s, client);
}

/* The machine is going down, or somebody means us. */
static void take_signals(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		if (info.ssi_signo == SIGTERM)
			life_stop(s, (int)plan_number(&s->plan, "stop-signal", SIGTERM),
				  (int)plan_number(&s->plan, "stop-timeout", 10000));
	}
}

enum { P_SIGNALS, P_LISTENER, P_KEEPER, P_REPORT, P_OUT, P_ERR, P_IN, P_CHECK, P_CHECK_OUT, P_CLIENTS };

static void set_poll(const struct supervisor *s, struct pollfd *polled)
{
	bool keep_up = clients_keep_up(&s->clients);
	bool typed = s->typed_sent < s->typed.size;

	polled[P_SIGNALS] = (struct pollfd){.fd = s->signals, .events = POLLIN};
	polled[P_LISTENER] = (struct pollfd){.fd = s->clients.listener, .events = POLLIN};
	polled[P_KEEPER] = (struct pollfd){.fd = s->kept.socket, .events = POLLIN};
	polled[P_REPORT] = (struct pollfd){.fd = s->kept.report, .events = POLLIN};
	polled[P_OUT] = (struct pollfd){.fd = keep_up ? s->out : -1, .events = POLLIN};
	polled[P_ERR] = (struct pollfd){.fd = keep_up ? s->err : -1, .events = POLLIN};
	polled[P_IN] = (struct pollfd){.fd = typed ? s->in : -1, .events = POLLOUT};
	polled[P_CHECK] = (struct pollfd){.fd = s->health.pidfd, .events = POLLIN};
	polled[P_CHECK_OUT] = (struct pollfd){.fd = s->health.output, .events = POLLIN};
	for (size_t i = 0; i < s->clients.count; i++) {
		const struct client *client = &s->clients.all[i];
		short events = s->typed.size < TYPED_MAX ? POLLIN : 0;

		if (client->sent < client->out.size)
			events |= POLLOUT;
		polled[P_CLIENTS + i] = (struct pollfd){.fd = client->fd, .events = events};
	}
}

static void take_container(struct supervisor *s, const struct pollfd *polled)
{
	struct ending ending;

	if (polled[P_REPORT].revents)
		life_reported(s);
	if (polled[P_OUT].revents)
		(void)life_pass_output(s, &s->out, 0);
	if (polled[P_ERR].revents)
		(void)life_pass_output(s, &s->err, 1);
	if (s->log && (polled[P_OUT].revents || polled[P_ERR].revents))
		life_flush_log(s);
	if (polled[P_IN].revents)
		life_feed_stdin(s);
	if ((polled[P_CHECK].revents || polled[P_CHECK_OUT].revents) &&
	    health_take(&s->health, &s->plan))
		life_health_changed(s);
	if (polled[P_KEEPER].revents && keeper_take(&s->kept, &ending))
		life_ended(s, &ending);
}

static void step(struct supervisor *s)
{
	static struct pollfd polled[P_CLIENTS + CLIENTS_MAX];
	long long due = life_due(s);
	long long wait = due ? due - now_ms() : -1;
	size_t clients = s->clients.count;

	set_poll(s, polled);
	if (due && wait < 0)
		wait = 0;
	if (poll(polled, (nfds_t)(P_CLIENTS + clients), (int)wait) < 0)
		return;
	take_container(s, polled);
	for (size_t i = 0; i < clients; i++) {
		struct client *client = &s->clients.all[i];

		if (polled[P_CLIENTS + i].revents & POLLOUT)
			client_flush(client);
		if (polled[P_CLIENTS + i].revents & ~POLLOUT && !client->gone)
			take_client(s, client);
	}
	if (polled[P_LISTENER].revents)
		clients_accept(&s->clients);
	if (polled[P_SIGNALS].revents)
		take_signals(s);
	clients_sweep(&s->clients);
	life_clock(s);
}

static void say_goodbye(struct supervisor *s)
{
	for (size_t i = 0; i < s->clients.count; i++) {
		struct client *client = &s->clients.all[i];

		if (client->attached || client->waits)
			client_send_number(client, FRAME_EXIT, (uint32_t)s->state.exit);
	}
	clients_finish(&s->clients);
}

static void prepare(struct supervisor *s)
{
	sigset_t all;

	s->in = s->out = s->err = -1;
	s->kept = (struct kept){.socket = -1, .pidfd = -1, .report = -1};
	s->health = (struct health){.pidfd = -1, .output = -1, .report = -1};
	s->state.status = "created";
	s->plan.netns_fd = -1;
	(void)sigfillset(&all);
	s->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		die("start", "signalfd");
	if (plan_option(&s->plan, "log"))
		s->log = log_open(plan_number(&s->plan, "log-max", 10000000),
				  plan_number(&s->plan, "log-count", 5));
	s->size.ws_col = (unsigned short)plan_number(&s->plan, "columns", 80);
	s->size.ws_row = (unsigned short)plan_number(&s->plan, "rows", 24);
}

void supervise(const char *plan_path, int socket, int report, unsigned attached)
{
	static struct supervisor supervisor;
	struct supervisor *s = &supervisor;
	struct client *first;

	leave_caller();
	report_fd = report;
	read_plan(&s->plan, plan_path);
	take_lock();
	prepare(s);
	clients_listen(&s->clients);
	first = clients_add(&s->clients, socket);
	first->attached = attached;
	first->first = true;
	report_fd = -1;
	(void)close(report);
	if (helper_start(s))
		life_start(s);
	else
		life_failed(s);
	while (s->phase != PHASE_OVER)
		step(s);
	/* Nobody new is heard from here on. */
	close_fdp(&s->clients.listener);
	(void)unlink("ctl");
	leave_all(s);
	say_goodbye(s);
	_exit(0);
}
