/*
 * `shim start`, `shim attach` and `shim control`: what a user's process has to do with a supervisor.
 */
#include "attach.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

enum { EXIT_LOST = 137, LOST = 1 << 8, BEHIND = 1 << 18 };

int attach_options(struct attached *a, int argc, char **argv)
{
	int i = 2;

	*a = (struct attached){.socket = -1, .terminal = -1, .proxy = true};
	keys_read(&a->keys, NULL);
	for (; i < argc && argv[i][0] == '-'; i++) {
		const char *word = argv[i];

		if (strcmp(word, "--tty") == 0)
			a->tty = true;
		else if (strcmp(word, "--stdin") == 0)
			a->in = true;
		else if (strcmp(word, "--owner") == 0)
			a->owner = true;
		else if (strcmp(word, "--no-proxy") == 0)
			a->proxy = false;
		else if (strncmp(word, "--keys=", 7) == 0)
			keys_read(&a->keys, word + 7);
		else if (strncmp(word, "--say=", 6) == 0)
			a->say = word + 6;
		else if (strcmp(word, "--attach") != 0)
			die_code(EXIT_SHIM, "usage", "unknown %s", word);
	}
	return i;
}

/* ---- terminal ---- */

static void make_raw(struct attached *a)
{
	struct termios raw;

	if (!a->tty || !a->in || tcgetattr(STDIN_FILENO, &a->before) < 0)
		return;
	raw = a->before;
	cfmakeraw(&raw);
	/* We are in the background: SIGTTOU is blocked by now. */
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) == 0)
		a->terminal = STDIN_FILENO;
}

static void restore(struct attached *a)
{
	if (a->terminal >= 0)
		(void)tcsetattr(a->terminal, TCSADRAIN, &a->before);
	a->terminal = -1;
	if (a->group > 0)
		(void)tcsetpgrp(STDIN_FILENO, a->group);
	a->group = 0;
}

static void send_size(struct attached *a)
{
	struct winsize size;

	for (int fd = 0; a->tty && fd <= 2; fd++) {
		if (ioctl(fd, TIOCGWINSZ, &size) == 0) {
			client_send(&a->link, FRAME_SIZE, &size, sizeof size);
			return;
		}
	}
}

/* ---- to the supervisor ---- */

static void take_stdin(struct attached *a)
{
	char bytes[TYPED_AT_ONCE + KEYS_MAX];
	ssize_t size = read(STDIN_FILENO, bytes, TYPED_AT_ONCE);

	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) {
		a->in = false;
		client_send(&a->link, FRAME_STDIN_END, "", 0);
		return;
	}
	if (a->terminal >= 0)
		size = (ssize_t)keys_take(&a->keys, bytes, (size_t)size);
	if (size > 0)
		client_send(&a->link, FRAME_STDIN, bytes, (size_t)size);
	if (a->keys.pressed)
		client_send(&a->link, FRAME_LEAVE, "", 0);
}

static void take_signals(struct attached *a)
{
	struct signalfd_siginfo info;

	while (read(a->signals, &info, sizeof info) == (ssize_t)sizeof info) {
		int sig = (int)info.ssi_signo;

		if (sig == SIGCHLD || sig == SIGPIPE || sig == SIGURG)
			continue;
		if (sig == SIGWINCH) {
			send_size(a);
		} else if (!a->proxy) {
			/* Only we go. */
			client_send(&a->link, FRAME_LEAVE, "", 0);
			client_flush(&a->link);
			restore(a);
			_exit(128 + sig);
		} else {
			client_send_number(&a->link, FRAME_SIGNAL, (uint32_t)sig);
		}
	}
}

/* ---- from the supervisor ---- */

/* As docker's daemon says it; that of the network is already a whole sentence. */
static void print_failure(const char *payload, size_t size)
{
	size_t skip = size > 10 && memcmp(payload + 1, "network: ", 9) == 0 ? 10 : 1;

	(void)dprintf(STDERR_FILENO, "jbuild: Error response from daemon: %.*s\n",
		      (int)(size - skip), payload + skip);
}

/* -1: go on. */
static int take_frame(struct attached *a, enum frame_type type, const char *payload, size_t size)
{
	uint32_t code;

	if (type == FRAME_OUT || type == FRAME_ERR) {
		int fd = type == FRAME_OUT ? STDOUT_FILENO : STDERR_FILENO;

		/* Whoever does not listen any more does not stop the program. */
		(void)write_all(fd, payload, size);
	} else if (type == FRAME_EXIT && size == sizeof code) {
		memcpy(&code, payload, sizeof code);
		return (int)code & 255;
	} else if (type == FRAME_FAILED && size > 0) {
		restore(a);
		print_failure(payload, size);
		return (unsigned char)payload[0];
	} else if (type == FRAME_DONE && !a->link.attached) {
		return 0;
	}
	return -1;
}

static int take_frames(struct attached *a)
{
	bool more = buffer_fill(&a->link.in, a->link.fd);
	enum frame_type type;
	size_t size;
	size_t at = 0;
	int code = -1;
	const char *payload;

	while (code < 0 && (payload = client_frame(&a->link, &at, &type, &size)))
		code = take_frame(a, type, payload, size);
	client_drop(&a->link, at);
	return code < 0 && !more ? LOST : code;
}

/* ---- between ---- */

static int relay(struct attached *a)
{
	for (;;) {
		bool behind = a->link.out.size - a->link.sent > BEHIND;
		short events = a->link.sent < a->link.out.size ? POLLIN | POLLOUT : POLLIN;
		struct pollfd polled[] = {
			{.fd = a->link.fd, .events = events},
			{.fd = a->signals, .events = POLLIN},
			{.fd = a->in && !behind ? STDIN_FILENO : -1, .events = POLLIN},
		};

		if (poll(polled, sizeof polled / sizeof *polled, -1) < 0)
			continue;
		if (polled[0].revents & ~POLLOUT) {
			int code = take_frames(a);

			if (code >= 0)
				return code;
		}
		if (polled[1].revents)
			take_signals(a);
		if (polled[2].revents)
			take_stdin(a);
		client_flush(&a->link);
		if (a->keys.pressed)
			return 0;
	}
}

/* ^C is for the container alone, not for our caller too. */
static void take_foreground(struct attached *a)
{
	if (tcgetpgrp(STDIN_FILENO) != getpgrp() || getpgrp() == getpid())
		return;
	a->group = getpgrp();
	if (setpgid(0, 0) == 0)
		(void)tcsetpgrp(STDIN_FILENO, getpgrp());
}

int attach_run(struct attached *a)
{
	int code;

	take_foreground(a);
	make_raw(a);
	send_size(a);
	client_flush(&a->link);
	code = relay(a);
	restore(a);
	if (code == LOST) {
		(void)dprintf(STDERR_FILENO, "jbuild: the container's supervisor was killed\n");
		code = EXIT_LOST;
	}
	/* As docker: who started it is content, who came to it later is told. */
	if (a->keys.pressed && !a->starts) {
		(void)dprintf(STDERR_FILENO, "read escape sequence\n");
		code = 1;
	}
	return code;
}

static void block_signals(struct attached *a)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	a->signals = signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a->signals < 0)
		die("start", "signalfd");
}

static unsigned wishes(const struct attached *a, bool output)
{
	return (output ? ATTACH_OUTPUT : 0U) | (a->in ? ATTACH_STDIN : 0U) |
	       (a->owner ? ATTACH_OWNER : 0U);
}

/* Waits until the supervisor has started, or says why it could not. */
static void await_start(int report)
{
	struct buffer text = {0};

	while (buffer_fill(&text, report))
		;
	(void)close(report);
	if (text.size == 0)
		return;
	print_failure(text.bytes, text.size);
	exit((unsigned char)text.bytes[0]);
}

/*
 * shim start [--attach] [--tty] [--stdin] [--owner] [--no-proxy] [--keys=K] [--say=LINE] FOLDER PLAN
 * The plan is removed; the line is printed when the container runs.
 */
int role_start(int argc, char **argv)
{
	static struct attached a;
	int report[2];
	int ends[2];
	int i;
	int code;
	bool output;
	pid_t pid;

	seal_self(argv);
	open_standard_fds();
	i = attach_options(&a, argc, argv);
	a.starts = true;
	output = argc > 2 && strcmp(argv[2], "--attach") == 0;
	if (argc != i + 2 || chdir(argv[i]) < 0)
		die("start", "%s", argc == i + 2 ? argv[i] : "usage: shim start FOLDER PLAN");
	block_signals(&a);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0 ||
	    pipe2(report, O_CLOEXEC) < 0)
		die("start", "socketpair");
	pid = fork();
	if (pid < 0)
		die("start", "fork");
	if (pid == 0) {
		(void)close(ends[0]);
		(void)close(report[0]);
		close_fdp(&a.signals);
		supervise(argv[i + 1], ends[1], report[1], wishes(&a, output));
	}
	(void)close(ends[1]);
	(void)close(report[1]);
	await_start(report[0]);
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	a.link = (struct client){.fd = ends[0], .attached = wishes(&a, output)};
	if (!output) {
		a.in = a.tty = false;
		/* What it was told to end is told to others. */
		a.proxy = false;
	}
	code = attach_run(&a);
	/* The container is there, even if it could not be started. */
	if (a.say)
		(void)dprintf(STDOUT_FILENO, "%s\n", a.say);
	return code;
}

static int connect_to(const char *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "ctl"};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || chdir(folder) < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof address) < 0)
		die_code(1, "is not running", "%s", strerror(errno));
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

/* shim attach [--tty] [--stdin] [--no-proxy] [--keys=K] FOLDER */
int role_attach(int argc, char **argv)
{
	static struct attached a;
	int i = attach_options(&a, argc, argv);
	unsigned char flags = (unsigned char)wishes(&a, true);

	open_standard_fds();
	if (argc != i + 1)
		die_code(EXIT_SHIM, "usage", "shim attach FOLDER");
	block_signals(&a);
	a.link = (struct client){.fd = connect_to(argv[i]), .attached = flags};
	client_send(&a.link, FRAME_ATTACH, &flags, 1);
	return attach_run(&a);
}

static void ask(struct client *link, int count, char **words)
{
	const char *what = words[0];
	uint32_t numbers[2] = {0};

	for (int i = 1; i < count && i < 3; i++)
		numbers[i - 1] = (uint32_t)strtol(words[i], NULL, 10);
	if (strcmp(what, "stop") == 0 && count == 3)
		client_send(link, FRAME_STOP, numbers, sizeof numbers);
	else if (strcmp(what, "signal") == 0 && count == 2)
		client_send(link, FRAME_SIGNAL, numbers, sizeof *numbers);
	else if (strcmp(what, "wait") == 0)
		client_send(link, FRAME_WAIT, "", 0);
	else if (strcmp(what, "pause") == 0)
		client_send(link, FRAME_PAUSE, "", 0);
	else if (strcmp(what, "unpause") == 0)
		client_send(link, FRAME_UNPAUSE, "", 0);
	else if (strcmp(what, "option") == 0 && count == 2)
		client_send(link, FRAME_OPTION, words[1], strlen(words[1]));
	else
		die_code(EXIT_SHIM, "usage", "unknown %s", what);
}

/*
 * shim control FOLDER stop SIGNAL MILLISECONDS | signal N | wait | pause | unpause | option NAME=VALUE.
 * Prints the exit code of a container that was waited for or stopped.
 */
int role_control(int argc, char **argv)
{
	struct client link = {0};
	enum frame_type type;
	const char *payload = NULL;
	size_t size;
	size_t at = 0;
	uint32_t code;

	if (argc < 4)
		die_code(EXIT_SHIM, "usage", "shim control FOLDER REQUEST");
	link.fd = connect_to(argv[2]);
	(void)fcntl(link.fd, F_SETFL, 0);
	ask(&link, argc - 3, argv + 3);
	client_flush(&link);
	while (!payload && buffer_fill(&link.in, link.fd))
		payload = client_frame(&link, &at, &type, &size);
	if (!payload)
		return EXIT_LOST;
	if (type == FRAME_FAILED && size > 0) {
		(void)dprintf(STDERR_FILENO, "%.*s\n", (int)size - 1, payload + 1);
		return (unsigned char)payload[0];
	}
	if (type == FRAME_EXIT && size == sizeof code) {
		memcpy(&code, payload, sizeof code);
		(void)printf("%u\n", code);
	}
	return 0;
}
