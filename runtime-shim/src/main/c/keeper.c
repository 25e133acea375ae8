/*
 * Between a supervisor and its container stands a keeper, the first process of a pid namespace of
 * its own. PDEATHSIG on the container's program is not enough: the kernel clears it when that is a
 * setuid one. The keeper never executes anything, so its own holds, and when it ends, for whatever
 * reason, the kernel ends all that is below.
 */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NR_clone = SYS_clone };

/* What a keeper says: first S with the fds, or N with errno; then E. */
struct word {
	char type;
	int32_t killed;
	int32_t status;
};

static bool own_pids(const struct plan *plan)
{
	for (size_t i = 0; i < plan->joins.count; i++) {
		if (strncmp(plan->joins.at[i], "pid=", 4) == 0)
			return false;
	}
	return true;
}

/* Of all that runs below us. */
static bool score_self(const char *score)
{
	cleanup_fd int file = score ? open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC) : -1;

	return !score || (file >= 0 && write_all(file, score, strlen(score)));
}

__attribute__((noreturn)) static void keep(struct plan *plan, const struct stdio *io, int socket)
{
	struct pollfd parent = {.fd = socket, .events = POLLIN};
	struct word word = {.type = 'S'};
	struct started started;
	siginfo_t info = {0};
	int fds[2];

	/* Had it died before that, its end would be closed by now. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || poll(&parent, 1, 0) != 0)
		_exit(EXIT_SHIM);
	(void)prctl(PR_SET_NAME, "jbuild-keeper");
	if (!score_self(plan_option(plan, "oom-score-adj")) || !sandbox_start(plan, io, &started)) {
		word = (struct word){.type = 'N', .status = errno};
		(void)send(socket, &word, sizeof word, MSG_NOSIGNAL);
		_exit(EXIT_SHIM);
	}
	fds[0] = started.pidfd;
	fds[1] = started.report;
	if (!send_fds(socket, fds, 2, &word, sizeof word))
		_exit(EXIT_SHIM);
	/* Nothing of the supervisor's, its lock above all, must last as long as we do. */
	socket = fcntl(socket, F_DUPFD_CLOEXEC, 3);
	if (dup3(socket, 0, O_CLOEXEC) < 0 || dup3(started.pidfd, 1, O_CLOEXEC) < 0 ||
	    sys_close_range(2, ~0U) < 0)
		_exit(EXIT_SHIM);
	while (waitid(P_PIDFD, 1, &info, WEXITED) < 0 && errno == EINTR)
		;
	word = (struct word){.type = 'E',
			     .killed = info.si_code != CLD_EXITED,
			     .status = info.si_status};
	(void)send(0, &word, sizeof word, MSG_NOSIGNAL);
	_exit(0);
}

bool keeper_start(struct plan *plan, const struct stdio *io, struct kept *out)
{
	unsigned long flags = SIGCHLD | (own_pids(plan) ? (unsigned long)CLONE_NEWPID : 0);
	int ends[2];
	pid_t pid;

	*out = (struct kept){.socket = -1, .pidfd = -1, .report = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return false;
	pid = (pid_t)syscall(NR_clone, flags, NULL, NULL, NULL, NULL);
	if (pid == 0) {
		(void)close(ends[0]);
		keep(plan, io, ends[1]);
	}
	(void)close(ends[1]);
	out->socket = ends[0];
	out->pid = pid;
	if (pid < 0)
		close_fdp(&out->socket);
	return pid > 0;
}

bool keeper_take(struct kept *kept, struct ending *ending)
{
	struct word word = {0};
	int fds[2];
	ssize_t got = receive_fds(kept->socket, fds, 2, &word, sizeof word);

	*ending = (struct ending){0};
	if (got == (ssize_t)sizeof word && word.type == 'S') {
		kept->pidfd = fds[0];
		kept->report = fds[1];
		return false;
	}
	if (got == (ssize_t)sizeof word && word.type == 'E') {
		ending->known = true;
		ending->killed = word.killed;
		ending->status = word.status;
	}
	return true;
}

pid_t pidfd_number(int pidfd)
{
	char path[64];
	char text[1024];
	cleanup_fd int file = -1;
	ssize_t size;
	const char *at;

	(void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", pidfd);
	file = open(path, O_RDONLY | O_CLOEXEC);
	size = file < 0 ? 0 : read(file, text, sizeof text - 1);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	at = strstr(text, "\nPid:");
	return at ? (pid_t)strtol(at + 5, NULL, 10) : 0;
}
