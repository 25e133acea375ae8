/*
 * No sandbox outlives the shim. PDEATHSIG alone is not enough: the kernel clears it when a
 * sandbox's first program is a setuid one. So the shim is two processes: the one that was started
 * waits; the other is the first of a pid namespace of its own and does the work. When that ends,
 * for whatever reason, the kernel ends every process below it, and it never executes anything, so
 * that its own PDEATHSIG holds.
 */
#include "shim.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

struct terminal {
	int fd;
	pid_t group;
	struct termios state;
};

/* The terminal that we are in the foreground of, if any. */
static struct terminal find_terminal(void)
{
	struct terminal terminal = {.fd = -1};

	for (int fd = 0; fd <= 2; fd++) {
		if (tcgetattr(fd, &terminal.state) < 0)
			continue;
		terminal.group = tcgetpgrp(fd);
		if (terminal.group == getpgrp()) {
			terminal.fd = fd;
			break;
		}
	}
	return terminal;
}

__attribute__((noreturn)) static void stay_behind(pid_t worker, const sigset_t *all,
						  const struct terminal *terminal)
{
	for (;;) {
		siginfo_t info;
		int status;

		if (sigwaitinfo(all, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD) {
			(void)kill(worker, info.si_signo);
			continue;
		}
		if (waitpid(worker, &status, WNOHANG) != worker || WIFSTOPPED(status))
			continue;
		if (terminal->fd >= 0) {
			/* SIGTTOU is blocked: we may be in the background now. */
			(void)tcsetpgrp(terminal->fd, terminal->group);
			(void)tcsetattr(terminal->fd, TCSADRAIN, &terminal->state);
		}
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
}

int guard_enter(void)
{
	struct terminal terminal = find_terminal();
	struct pollfd parent = {.events = POLLIN};
	int alive[2];
	sigset_t all;
	pid_t pid;

	if (pipe2(alive, O_CLOEXEC) < 0)
		die("start", "pipe");
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	if (unshare(CLONE_NEWPID) < 0)
		die("start", "a new pid namespace");
	pid = fork();
	if (pid < 0)
		die("start", "fork");
	if (pid > 0) {
		(void)close(alive[0]);
		stay_behind(pid, &all, &terminal);
	}
	(void)close(alive[1]);
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die("start", "PDEATHSIG");
	/* Had it died before that, the pipe would be broken by now. */
	parent.fd = alive[0];
	if (poll(&parent, 1, 0) != 0)
		_exit(EXIT_SHIM);
	(void)close(alive[0]);
	return terminal.fd;
}
