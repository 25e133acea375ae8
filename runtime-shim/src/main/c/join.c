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
#include <unistd.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

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
	int report;

	if (sys_setns(pidfd, CLONE_NEWPID) < 0)
		return false;
	out->pid = sys_fork(0, out, &report);
	if (out->pid == 0)
		joined_main(plan, pidfd, io, report, outlives_parent);
	return out->pid > 0;
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
