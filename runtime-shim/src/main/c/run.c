/*
 * `shim run`, and what `shim exec` ends in: one sandbox, or one more command in one, on the caller's own
 * stdin, stdout and stderr.
 */
#include "keys.h"
#include "shim.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum { CHANNEL_SIZE = 65536 };

/* One direction: bytes on their way. Our own fds may block others, so they are only polled. */
struct channel {
	int from;
	int to;
	bool whole; /* `to` is a file, which takes all at once */
	bool ours_from; /* closed with the channel: the other side must notice */
	bool ours_to;
	size_t start;
	size_t end;
	char bytes[CHANNEL_SIZE];
};

enum { TO_CHILD, FROM_CHILD, ERRORS, CHANNELS };

struct foreground {
	struct plan plan;
	struct started started;
	int inside; /* pidfd of a sandbox to run in, or -1: a new one */
	struct channel channels[CHANNELS];
	int signals;
	bool typing;  /* our stdin is a terminal, passed on to the sandbox's */
	int terminal; /* of ours, when the sandbox has one */
	struct keys keys; /* that leave a command that runs beside others */
	struct buffer failure;
};

/* Whether somebody may leave it and come back to the terminal's caller. */
static bool can_be_left(const struct foreground *fg)
{
	return fg->inside >= 0 && fg->plan.flags & FLAG_TTY && fg->plan.flags & FLAG_STDIN;
}

static void start_command(struct foreground *fg, const struct stdio *io)
{
	bool done = fg->inside >= 0 ? join_start(&fg->plan, fg->inside, io, can_be_left(fg), &fg->started)
				    : sandbox_start(&fg->plan, io, &fg->started);

	if (!done)
		die("start", "new process");
}

static bool is_file(int fd)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode);
}

static void connect_channel(struct channel *channel, int from, int to)
{
	channel->from = from;
	channel->to = to;
	channel->whole = is_file(to);
}

static int other_end(int ends[2], bool child_reads)
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		die("start", "pipe");
	return child_reads ? ends[0] : ends[1];
}

static void start_with_pipes(struct foreground *fg)
{
	int in[2] = {-1, -1};
	int out[2];
	int err[2];
	struct stdio io = {.console = -1};

	if (fg->plan.flags & FLAG_STDIN) {
		io.in = other_end(in, true);
		(void)fcntl(in[1], F_SETFL, O_NONBLOCK);
	} else {
		io.in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	io.out = other_end(out, false);
	io.err = other_end(err, false);
	start_command(fg, &io);
	(void)close(io.in);
	(void)close(io.out);
	(void)close(io.err);
	if (in[1] >= 0)
		connect_channel(&fg->channels[TO_CHILD], STDIN_FILENO, in[1]);
	fg->channels[TO_CHILD].whole = fg->channels[TO_CHILD].ours_to = true;
	fg->channels[FROM_CHILD].ours_from = fg->channels[ERRORS].ours_from = true;
	connect_channel(&fg->channels[FROM_CHILD], out[0], STDOUT_FILENO);
	connect_channel(&fg->channels[ERRORS], err[0], STDERR_FILENO);
}

static void make_raw(struct foreground *fg)
{
	struct termios raw;

	for (int fd = 0; fd <= 2; fd++) {
		if (tcgetattr(fd, &raw) == 0) {
			fg->terminal = fd;
			break;
		}
	}
	/* Without our stdin being a terminal nobody types into it. */
	if (!(fg->plan.flags & FLAG_STDIN) || tcgetattr(STDIN_FILENO, &raw) < 0)
		return;
	fg->typing = true;
	cfmakeraw(&raw);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
}

static void start_with_terminal(struct foreground *fg)
{
	int ends[2];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct stdio io = {.in = null, .out = null, .err = null};
	int master;
	char byte;

	if (null < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		die("start", "socketpair");
	for (int fd = 0; fd <= 2; fd++) {
		if (ioctl(fd, TIOCGWINSZ, &io.size) == 0)
			break;
	}
	io.console = ends[1];
	start_command(fg, &io);
	(void)close(ends[1]);
	(void)close(null);
	/* Nothing: the sandbox failed before it had a terminal. */
	(void)receive_fds(ends[0], &master, 1, &byte, 1);
	(void)close(ends[0]);
	if (master < 0)
		return;
	(void)fcntl(master, F_SETFL, O_NONBLOCK);
	make_raw(fg);
	if (fg->plan.flags & FLAG_STDIN)
		connect_channel(&fg->channels[TO_CHILD], STDIN_FILENO, master);
	connect_channel(&fg->channels[FROM_CHILD], master, STDOUT_FILENO);
}

static void end_channel(struct channel *channel)
{
	if (channel->ours_from)
		close_fdp(&channel->from);
	if (channel->ours_to)
		close_fdp(&channel->to);
	channel->from = -1;
	channel->start = channel->end = 0;
	channel->to = -1;
}

/* Takes what is there; false when there is nothing now. */
static bool channel_read(struct channel *channel)
{
	ssize_t size = read(channel->from, channel->bytes, sizeof channel->bytes);

	if (size > 0) {
		channel->start = 0;
		channel->end = (size_t)size;
		return true;
	}
	/* A terminal's master says EIO when the last process has closed it. */
	if (size == 0 || (errno != EAGAIN && errno != EINTR))
		end_channel(channel);
	return false;
}

/*
 * At most what a pipe that polls as writable takes without blocking: the caller's fds may be shared
 * with others, who must not find them non-blocking.
 */
static void channel_write(struct channel *channel)
{
	size_t size = channel->end - channel->start;
	ssize_t done;

	if (!channel->whole && size > 4096)
		size = 4096;
	done = write(channel->to, channel->bytes + channel->start, size);
	if (done < 0) {
		if (errno != EAGAIN && errno != EINTR)
			end_channel(channel);
		return;
	}
	channel->start += (size_t)done;
}

static bool channel_full(const struct channel *channel)
{
	return channel->start < channel->end;
}

static void channel_poll(const struct channel *channel, struct pollfd polled[2])
{
	polled[0] = (struct pollfd){.fd = channel_full(channel) ? -1 : channel->from,
				    .events = POLLIN};
	polled[1] = (struct pollfd){.fd = channel_full(channel) ? channel->to : -1,
				    .events = POLLOUT};
}

/* What is typed, without the keys. */
static void take_typed(struct foreground *fg)
{
	struct channel *typed = &fg->channels[TO_CHILD];
	ssize_t size = read(typed->from, typed->bytes, TYPED_AT_ONCE);

	if (size > 0) {
		typed->start = 0;
		typed->end = keys_take(&fg->keys, typed->bytes, (size_t)size);
	} else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
		end_channel(typed);
	}
}

static void channel_step(struct channel *channel, const struct pollfd polled[2])
{
	if (polled[0].revents)
		(void)channel_read(channel);
	else if (polled[1].revents)
		channel_write(channel);
}

/* What is in the pipe after the last process has ended. */
static void channel_drain(struct channel *channel)
{
	if (channel->from < 0)
		return;
	(void)fcntl(channel->from, F_SETFL, O_NONBLOCK);
	for (;;) {
		if (channel_full(channel)) {
			if (!write_all(channel->to, channel->bytes + channel->start,
				       channel->end - channel->start))
				return;
			channel->start = channel->end;
		}
		if (!channel_read(channel))
			return;
	}
}

static void take_signal(struct foreground *fg)
{
	struct signalfd_siginfo info;
	struct winsize size;

	if (read(fg->signals, &info, sizeof info) != (ssize_t)sizeof info)
		return;
	switch (info.ssi_signo) {
	case SIGCHLD:
	case SIGPIPE:
	case SIGURG:
		return;
	case SIGWINCH:
		if (fg->plan.flags & FLAG_TTY) {
			if (fg->terminal >= 0 && fg->channels[FROM_CHILD].from >= 0 &&
			    ioctl(fg->terminal, TIOCGWINSZ, &size) == 0)
				(void)ioctl(fg->channels[FROM_CHILD].from, TIOCSWINSZ, &size);
			return;
		}
		break;
	default:
		break;
	}
	(void)pidfd_signal(fg->started.pidfd, (int)info.ssi_signo);
}

/* Our terminal has gone, and so goes the sandbox's: its processes get SIGHUP and an end of input. */
static void hang_up(struct foreground *fg)
{
	struct channel *output = &fg->channels[FROM_CHILD];

	if (!fg->typing || fg->channels[TO_CHILD].from >= 0)
		return;
	fg->typing = false;
	output->ours_from = true;
	end_channel(output);
}

/*
 * The command goes on, with a process in front of it that throws away what it prints: we become that in a
 * child. True there.
 */
static bool leave(struct foreground *fg)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int ours = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);

	/* Our children would be the container's: it must not find a process with our files. */
	if (null < 0 || ours < 0 || !join_return(&fg->plan, ours) || fork() != 0)
		return false;
	(void)close(ours);
	(void)setsid();
	for (int fd = 0; fd <= 2; fd++)
		(void)dup2(null, fd);
	(void)close(null);
	/* What ends the caller's session is not for the command. */
	close_fdp(&fg->signals);
	fg->typing = false;
	fg->terminal = -1;
	end_channel(&fg->channels[TO_CHILD]);
	return true;
}

enum { POLL_CHILD, POLL_SIGNALS, POLL_REPORT, POLL_CHANNELS };

/* Until the sandbox has ended. */
static void relay(struct foreground *fg)
{
	for (;;) {
		struct pollfd polled[POLL_CHANNELS + 2 * CHANNELS] = {
			{.fd = fg->started.pidfd, .events = POLLIN},
			{.fd = fg->signals, .events = POLLIN},
			{.fd = fg->started.report, .events = POLLIN},
		};

		for (size_t i = 0; i < CHANNELS; i++)
			channel_poll(&fg->channels[i], polled + POLL_CHANNELS + 2 * i);
		if (poll(polled, sizeof polled / sizeof *polled, -1) < 0) {
			if (errno == EINTR)
				continue;
			die("run", "poll");
		}
		if (polled[POLL_REPORT].revents &&
		    !buffer_fill(&fg->failure, fg->started.report))
			close_fdp(&fg->started.report);
		if (polled[POLL_SIGNALS].revents)
			take_signal(fg);
		for (size_t i = 0; i < CHANNELS; i++) {
			if (i == TO_CHILD && fg->typing && can_be_left(fg) && polled[POLL_CHANNELS].revents)
				take_typed(fg);
			else
				channel_step(&fg->channels[i], polled + POLL_CHANNELS + 2 * i);
		}
		if (fg->keys.pressed && fg->channels[TO_CHILD].from >= 0 && !leave(fg))
			return;
		hang_up(fg);
		if (polled[POLL_CHILD].revents)
			return;
	}
}

static int finish(struct foreground *fg)
{
	siginfo_t info = {0};

	while (waitid(P_PIDFD, (id_t)fg->started.pidfd, &info, WEXITED) < 0 && errno == EINTR)
		;
	channel_drain(&fg->channels[FROM_CHILD]);
	channel_drain(&fg->channels[ERRORS]);
	if (fg->started.report >= 0)
		(void)buffer_fill(&fg->failure, fg->started.report);
	if (fg->failure.size > 0) {
		(void)dprintf(STDERR_FILENO, "%s: %.*s\n", fg->inside < 0 ? "jbuild-shim" : "jbuild", (int)fg->failure.size - 1,
			      fg->failure.bytes + 1);
		return fg->failure.bytes[0];
	}
	return info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
}

/*
 * ^C is for the sandbox: in a terminal's foreground we leave the caller's process group, so that
 * it is not for the caller too.
 */
static void take_foreground(int terminal)
{
	if (terminal >= 0 && setpgid(0, 0) == 0)
		(void)tcsetpgrp(terminal, getpgrp());
}

static void prepare(struct foreground *fg)
{
	fg->terminal = fg->inside = -1;
	for (size_t i = 0; i < CHANNELS; i++)
		fg->channels[i].from = fg->channels[i].to = -1;
}

static int relay_all(struct foreground *fg)
{
	sigset_t all;

	(void)sigfillset(&all);
	fg->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fg->signals < 0)
		die("start", "signalfd");
	if (fg->plan.flags & FLAG_TTY)
		start_with_terminal(fg);
	else
		start_with_pipes(fg);
	relay(fg);
	return fg->keys.pressed ? 1 : finish(fg);
}

/* shim run PLAN; the plan is removed. */
int role_run(int argc, char **argv)
{
	static struct foreground fg;

	seal_self(argv);
	open_standard_fds();
	prepare(&fg);
	if (argc != 3)
		die_code(EXIT_SHIM, "usage", "shim run PLAN");
	plan_take(&fg.plan, argv[2]);
	take_foreground(guard_enter());
	return relay_all(&fg);
}

/* What we started goes on without us; only whether it could be started is waited for. */
static int start_detached(struct foreground *fg)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct stdio io = {.in = null, .out = null, .err = null, .console = -1};

	fg->plan.flags &= ~(uint32_t)(FLAG_TTY | FLAG_STDIN);
	if (null < 0 || !join_start(&fg->plan, fg->inside, &io, true, &fg->started))
		die("start", "new process");
	while (buffer_fill(&fg->failure, fg->started.report))
		;
	if (fg->failure.size == 0)
		return 0;
	(void)dprintf(STDERR_FILENO, "OCI runtime exec failed: %.*s\n", (int)fg->failure.size - 1,
		      fg->failure.bytes + 1);
	return (unsigned char)fg->failure.bytes[0];
}

static int run_inside(struct foreground *fg)
{
	struct termios before;
	bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
	bool front = terminal && tcgetpgrp(STDIN_FILENO) == getpgrp();
	pid_t group = getpgrp();
	sigset_t all;
	int code;

	/* SIGTTOU, too: we may be in the background. */
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	take_foreground(front ? STDIN_FILENO : -1);
	keys_read(&fg->keys, plan_option(&fg->plan, "detach-keys"));
	code = relay_all(fg);
	if (terminal)
		(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	if (front)
		(void)tcsetpgrp(STDIN_FILENO, group);
	if (fg->keys.pressed && terminal) {
		(void)dprintf(STDERR_FILENO, "read escape sequence\n");
		_exit(code);
	}
	return code;
}

int run_beside(const struct plan *plan, int inside, bool detach)
{
	static struct foreground fg;

	prepare(&fg);
	fg.plan = *plan;
	fg.inside = inside;
	return detach ? start_detached(&fg) : run_inside(&fg);
}

/*
 * shim hold PLAN: a sandbox in which nothing runs, for its files. Prints the number of its process
 * when all is mounted, and ends it with stdin. The plan is removed.
 */
int role_hold(int argc, char **argv)
{
	static struct foreground fg;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct stdio io = {.in = null, .out = null, .err = null, .console = -1};
	char rest[256];

	seal_self(argv);
	prepare(&fg);
	if (argc != 3 || null < 0)
		die_code(EXIT_SHIM, "usage", "shim hold PLAN");
	plan_take(&fg.plan, argv[2]);
	fg.plan.flags = (fg.plan.flags & ~(uint32_t)(FLAG_TTY | FLAG_STDIN)) | FLAG_HOLD;
	if (!sandbox_start(&fg.plan, &io, &fg.started))
		die("start", "new process");
	while (buffer_fill(&fg.failure, fg.started.report))
		;
	if (fg.failure.size > 0)
		return finish(&fg);
	(void)dprintf(STDOUT_FILENO, "%d\n", fg.started.pid);
	while (read(STDIN_FILENO, rest, sizeof rest) > 0)
		;
	(void)pidfd_signal(fg.started.pidfd, SIGKILL);
	(void)waitpid(fg.started.pid, NULL, 0);
	return 0;
}
