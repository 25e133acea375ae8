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
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif

/* Those that an ordinary user may not enter are the machine's own, in which that user is already. */
static bool enter_namespace(const struct plan *plan, int pidfd, int which)
{
	return sys_setns(pidfd, which) == 0 || (errno == EPERM && plan->flags & FLAG_USERNS);
}

static void enter_all(const struct plan *plan, int pidfd)
{
	static const int OWN[] = {CLONE_NEWNET, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWCGROUP};
	const int all = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;

	if (sys_setns(pidfd, all) == 0)
		return;
	for (size_t i = 0; i < sizeof OWN / sizeof *OWN; i++) {
		if (!enter_namespace(plan, pidfd, OWN[i]))
			die("exec", "enter the container");
	}
	if (sys_setns(pidfd, CLONE_NEWNS) < 0)
		die("exec", plan->flags & FLAG_USERNS
				    ? "enter the container (if it is one of an earlier session of this user, restart it)"
				    : "enter the container");
}

__attribute__((noreturn)) static void joined_main(const struct plan *plan, int pidfd,
						  const struct stdio *io, int report,
						  bool outlives_parent)
{
	report_fd = report;
	child_cgroups(plan);
	enter_all(plan, pidfd);
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

/*
 * For who could not come back: somebody with our descriptors enters the namespace, makes a child there that is
 * our own, and ends.
 */
static bool start_by_other(const struct plan *plan, int pidfd, const struct stdio *io,
			   bool outlives_parent, struct started *out)
{
	struct started ignored;
	struct started made = {.pid = -1};
	int ends[2];
	int report;
	pid_t other;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	other = sys_fork(CLONE_FILES, &ignored, &report);
	if (other == 0) {
		if (!enter_namespace(plan, pidfd, CLONE_NEWPID))
			die("exec", "enter the container's pid namespace");
		made.pid = sys_fork(CLONE_PARENT, &made, &report);
		if (made.pid == 0)
			joined_main(plan, pidfd, io, report, outlives_parent);
		(void)write_all(ends[1], &made, sizeof made);
		_exit(0);
	}
	while (other > 0 && waitpid(other, NULL, 0) < 0 && errno == EINTR)
		;
	/* Not before: it was the other's, too. */
	(void)close(ends[1]);
	if (other > 0) {
		(void)close(ignored.report);
		(void)close(ignored.pidfd);
		if (read(ends[0], &made, sizeof made) != sizeof made)
			made.pid = -1;
	}
	(void)close(ends[0]);
	*out = made;
	return made.pid > 0;
}

bool join_start(const struct plan *plan, int pidfd, const struct stdio *io, bool outlives_parent,
		struct started *out)
{
	int report;

	if (plan->flags & FLAG_USERNS)
		return start_by_other(plan, pidfd, io, outlives_parent, out);
	if (sys_setns(pidfd, CLONE_NEWPID) < 0)
		return false;
	out->pid = sys_fork(0, out, &report);
	if (out->pid == 0)
		joined_main(plan, pidfd, io, report, outlives_parent);
	return out->pid > 0;
}

bool join_return(const struct plan *plan, int pidns)
{
	return plan->flags & FLAG_USERNS || sys_setns(pidns, CLONE_NEWPID) == 0;
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
