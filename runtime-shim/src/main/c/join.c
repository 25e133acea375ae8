/*
 * `shim exec FOLDER PLAN`: one more command in a container that runs.
 *
 * The container is found by the first process that its supervisor wrote down. Between reading that
 * number and opening a pidfd the process may have ended and its number been given away; so the
 * state is read once more afterwards: as long as it says the same, the supervisor had not seen an
 * end, and an ended process keeps its number until then.
 */
#include "shim.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#define PIDFD_FLAG 0x00001000U

enum { NR_clone3 = 435 };

struct clone_arguments {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
};

__attribute__((noreturn)) static void joined_main(const struct plan *plan, int pidfd,
						  const struct stdio *io, int report,
						  bool outlives_parent)
{
	const int all = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

	report_fd = report;
	child_cgroups(plan);
	if (sys_setns(pidfd, all) < 0)
		die("exec", "enter the container");
	child_fds(io, report);
	child_signals();
	(void)umask(022);
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (setsid() < 0)
		die("start", "setsid");
	if (plan->flags & FLAG_TTY) {
		cleanup_fd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

		take_terminal(console_join(root, FD_CONSOLE, &io->size, plan->uid));
	}
	child_finish(plan, outlives_parent);
}

bool join_start(const struct plan *plan, int pidfd, const struct stdio *io, bool outlives_parent,
		struct started *out)
{
	int report[2];
	struct clone_arguments args = {
		.flags = PIDFD_FLAG,
		.pidfd = (uint64_t)(uintptr_t)&out->pidfd,
		.exit_signal = SIGCHLD,
	};

	if (sys_setns(pidfd, CLONE_NEWPID) < 0 || pipe2(report, O_CLOEXEC) < 0)
		return false;
	out->pid = (pid_t)syscall(NR_clone3, &args, sizeof args);
	if (out->pid == 0)
		joined_main(plan, pidfd, io, report[1], outlives_parent);
	(void)close(report[1]);
	if (out->pid < 0) {
		int error = errno;

		(void)close(report[0]);
		errno = error;
		return false;
	}
	out->report = report[0];
	return true;
}

int join_find(int folder)
{
	struct state before;
	struct state after;
	int pidfd;

	if (!state_load(folder, &before) || before.pid <= 0)
		return -1;
	pidfd = pidfd_of(before.pid);
	if (pidfd >= 0 && state_load(folder, &after) && after.pid == before.pid &&
	    strcmp(after.started, before.started) == 0)
		return pidfd;
	close_fdp(&pidfd);
	return -1;
}
