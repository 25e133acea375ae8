/*
 * The holder of a session: a process that does nothing, but for being there. When a container wants a network it gets a
 * network namespace, too, and on SIGUSR1 sees to it that slirp4netns, if installed, connects that one with the machine's.
 */
#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LOCK = 3 };

static void wait_for(int signal_number)
{
	sigset_t set;
	int got;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, signal_number);
	(void)sigwait(&set, &got);
}

/* It ends with us, at once: had we ended before, our parent would be another one by now. */
static void end_with(pid_t parent)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		_exit(EXIT_SHIM);
}

/* What it says about itself; it knows an option if it names it. */
static void read_help(const char *program, char *text, size_t size)
{
	char *argv[] = {(char *)program, (char *)"--help", NULL};
	size_t used = 0;
	ssize_t got;
	int pipes[2];
	pid_t pid;

	*text = '\0';
	if (pipe2(pipes, O_CLOEXEC) < 0)
		return;
	pid = fork();
	if (pid == 0) {
		child_signals();
		(void)dup2(pipes[1], STDOUT_FILENO);
		(void)dup2(pipes[1], STDERR_FILENO);
		(void)execv(argv[0], argv);
		_exit(EXIT_NOT_FOUND);
	}
	(void)close(pipes[1]);
	while (used < size - 1 && (got = read(pipes[0], text + used, size - 1 - used)) > 0)
		used += (size_t)got;
	text[used] = '\0';
	(void)close(pipes[0]);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* It reads what containers send: it shall have no files and few system calls. */
__attribute__((noreturn)) static void run_uplink(const char *target)
{
	static char *const walls[] = {(char *)"--enable-sandbox", (char *)"--enable-seccomp"};
	char *argv[10] = {NULL, (char *)"--configure", (char *)"--mtu=65520", (char *)"--disable-host-loopback"};
	size_t count = 4;
	char program[PATH_MAX];
	char help[16384];

	if (!userns_find(SESSION_UPLINK_PROGRAM, program, sizeof program))
		_exit(EXIT_NOT_FOUND);
	read_help(program, help, sizeof help);
	argv[0] = program;
	for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
		if (strstr(help, walls[i]))
			argv[count++] = walls[i];
	}
	argv[count++] = (char *)"--netns-type=path";
	argv[count++] = (char *)target;
	argv[count] = (char *)SESSION_UPLINK;
	child_signals();
	(void)execv(program, argv);
	_exit(EXIT_NOT_FOUND);
}

static pid_t start_uplink(const char *target)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	end_with(parent);
	run_uplink(target);
}

/* Stays in the machine's network, to which the holder can't come back. */
__attribute__((noreturn)) static void keep_uplink(pid_t holder)
{
	char target[64];

	end_with(holder);
	(void)close(LOCK);
	(void)prctl(PR_SET_NAME, "jbuild-uplink");
	hide_arguments("jbuild-uplink");
	(void)snprintf(target, sizeof target, "/proc/%d/ns/net", holder);
	for (;;) {
		pid_t pid;

		wait_for(SIGUSR1);
		pid = start_uplink(target);
		/* Who asks meanwhile finds it there; if it fails, the next one asks again. */
		while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
}

void userns_hold(void)
{
	pid_t self = getpid();
	pid_t uplink = 0;
	sigset_t all;

	/* A logout ends us as it ends everything. */
	(void)sigfillset(&all);
	(void)sigdelset(&all, SIGTERM);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	(void)prctl(PR_SET_NAME, "jbuild-session");
	hide_arguments("jbuild-session");
	for (;;) {
		wait_for(SIGUSR1);
		if (uplink <= 0) {
			uplink = fork();
			if (uplink == 0)
				keep_uplink(self);
			if (unshare(CLONE_NEWNET) == 0)
				(void)raise_loopback();
		}
		if (uplink > 0)
			(void)kill(uplink, SIGUSR1);
	}
}
