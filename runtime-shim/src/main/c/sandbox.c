/* One sandbox: a process in namespaces of its own, and the order in which it is shut in. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#define ATTR_RDONLY 0x1U

/* Where the child keeps what it needs besides stdin, stdout and stderr. */
enum { FD_REPORT = 3, FD_FIRST_FREE = 5 };

static int out_of_the_way(int fd)
{
	int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 16);

	if (fd >= 0 && moved < 0)
		die("start", "dup");
	return moved;
}

static void place_fd(int from, int to, int flags)
{
	if (from >= 0 && dup3(from, to, flags) < 0)
		die("start", "dup");
}

/* Everything else that the parent has open, of other sandboxes too, is closed. */
void child_fds(const struct stdio *io, int report)
{
	int in = out_of_the_way(io->in);
	int out = out_of_the_way(io->out);
	int err = out_of_the_way(io->err);
	int console = out_of_the_way(io->console);

	place_fd(out_of_the_way(report), FD_REPORT, O_CLOEXEC);
	report_fd = FD_REPORT;
	place_fd(in, STDIN_FILENO, 0);
	place_fd(out, STDOUT_FILENO, 0);
	place_fd(err, STDERR_FILENO, 0);
	place_fd(console, FD_CONSOLE, O_CLOEXEC);
	if (sys_close_range(console >= 0 ? FD_FIRST_FREE : FD_CONSOLE, ~0U) < 0)
		die("start", "close_range");
}

/* By number: the C library would keep two for itself, which callers do leave ignored. */
void child_signals(void)
{
	const uint64_t handler_default[4] = {0};
	sigset_t none;

	for (int sig = 1; sig <= 64; sig++) {
		/* Those of KILL and STOP can't be changed. */
		(void)syscall(SYS_rt_sigaction, sig, handler_default, NULL, 8);
	}
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

bool raise_loopback(void)
{
	cleanup_fd int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "lo"};

	if (socket_fd < 0 || ioctl(socket_fd, SIOCGIFFLAGS, &request) < 0)
		return false;
	request.ifr_flags = (short)(request.ifr_flags | IFF_UP | IFF_RUNNING);
	return ioctl(socket_fd, SIOCSIFFLAGS, &request) == 0;
}

static void join_network(const struct plan *plan)
{
	cleanup_fd int netns = -1;

	if (plan->flags & FLAG_NEW_NET && !raise_loopback())
		die("network", "loopback");
	if (!plan->netns && plan->netns_fd < 0)
		return;
	netns = plan->netns_fd >= 0 ? fcntl(plan->netns_fd, F_DUPFD_CLOEXEC, 3)
				    : open(plan->netns, O_RDONLY | O_CLOEXEC);
	if (netns < 0 || sys_setns_net(netns) < 0)
		die("network", "%s", plan->netns ? plan->netns : "namespace");
}

static void pivot(int root)
{
	cleanup_fd int old = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (old < 0 || fchdir(root) < 0 || sys_pivot_root(".", ".") < 0)
		die("rootfs", "pivot_root");
	/* The old root is on top of the new one now; nothing that happens to it may spread. */
	if (fchdir(old) < 0 || mount(NULL, ".", NULL, MS_SLAVE | MS_REC, NULL) < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		die("rootfs", "leave the host's root");
}

void take_terminal(int slave)
{
	for (int fd = 0; fd <= 2; fd++)
		place_fd(slave, fd, 0);
	if (ioctl(STDIN_FILENO, TIOCSCTTY, 0) < 0)
		die("console", "controlling terminal");
}

/* A pipe belongs to who made it; the user must be able to open /dev/stdout again. */
static void own_pipes(const struct plan *plan)
{
	for (int fd = 0; fd <= 2; fd++) {
		struct stat stat;

		if (fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode))
			(void)fchown(fd, plan->uid, plan->gid);
	}
}

static void set_root(struct plan *plan, const struct stdio *io)
{
	int root;
	int slave = -1;

	mounts_open_shared(plan);
	if (mount(NULL, "/", NULL, MS_SLAVE | MS_REC, NULL) < 0)
		die("rootfs", "propagation of /");
	mounts_open_sources(plan);
	root = rootfs_mount(plan);
	mounts_make(plan, root);
	if (plan->flags & FLAG_TTY)
		slave = console_open(root, FD_CONSOLE, &io->size, plan->uid);
	if ((plan->flags & FLAG_READ_ONLY) &&
	    sys_mount_attr(root, false, ATTR_RDONLY, 0) < 0)
		die("rootfs", "read-only");
	pivot(root);
	if (slave >= 0)
		take_terminal(slave);
}

/* 0, or why the folder could not be entered. */
static int enter(const struct plan *plan)
{
	return chdir(plan->cwd) < 0 ? errno : 0;
}

static void enter_folder(const struct plan *plan, int first_try)
{
	char path[PATH_MAX];
	int error = first_try;

	/* A folder that root may not enter, on a network file system, its owner may. */
	if (error == EACCES)
		error = enter(plan);
	if (error)
		die_code(error == EACCES ? EXIT_CANNOT_EXEC : EXIT_NOT_FOUND, "cwd",
			 "chdir to \"%s\": %s", plan->cwd,
			 error == ENOENT ? "no such file or directory" : strerror(error));
	/* CVE-2024-21626: a folder outside the root has no path in it. */
	if (!getcwd(path, sizeof path) || path[0] != '/')
		die_code(EXIT_SHIM, "cwd", "%s is outside the container", plan->cwd);
}

/* Before the host's file system is out of reach. */
void child_cgroups(const struct plan *plan)
{
	char path[PATH_MAX];

	for (size_t i = 0; i < plan->cgroups.count; i++) {
		cleanup_fd int file = -1;

		(void)snprintf(path, sizeof path, "%s/cgroup.procs", plan->cgroups.at[i]);
		file = open(path, O_WRONLY | O_CLOEXEC);
		if (file < 0 || !write_all(file, "0", 1))
			die("cgroup", "%s", path);
	}
}

static const struct {
	const char *name;
	int flag;
} JOINS[] = {{"ipc=", CLONE_NEWIPC}, {"uts=", CLONE_NEWUTS}, {"pid=", CLONE_NEWPID}, {"cgr=", CLONE_NEWCGROUP}};

/* The namespaces that are not made new; of those in `enter`, the ones with a file are entered. */
static int joined(const struct plan *plan, int enter_those)
{
	int flags = 0;

	for (size_t i = 0; i < plan->joins.count; i++) {
		for (size_t j = 0; j < sizeof JOINS / sizeof *JOINS; j++) {
			const char *text = plan->joins.at[i];
			cleanup_fd int file = -1;

			if (strncmp(text, JOINS[j].name, 4) != 0)
				continue;
			flags |= JOINS[j].flag;
			if (!(enter_those & JOINS[j].flag) || !text[4])
				continue;
			file = open(text + 4, O_RDONLY | O_CLOEXEC);
			if (file < 0 || sys_setns(file, JOINS[j].flag) < 0)
				die("namespace", "%s", text);
		}
	}
	return flags;
}

void child_finish(const struct plan *plan, bool outlives_parent)
{
	int entered;

	creds_limits(plan);
	/* Without it the caller's keys could be read; kernels without keyrings have none. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		die("keyring", "new session");
	own_pipes(plan);
	creds_bounding(plan);
	/* While CAP_SYS_ADMIN is held: without it they need no_new_privs. */
	creds_sockets(plan);
	creds_fence(plan);
	if (!(plan->flags & FLAG_NO_NEW_PRIVS))
		creds_seccomp(plan);
	if (sys_close_range(FD_CONSOLE, ~0U) < 0)
		die("start", "close_range");
	entered = enter(plan);
	creds_become(plan);
	/* A change of user clears it. */
	if (!outlives_parent && prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die("start", "PDEATHSIG");
	enter_folder(plan, entered);
	if (plan->flags & FLAG_NO_NEW_PRIVS) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			die("seccomp", "no_new_privs");
		creds_seccomp(plan);
	}
	exec_command(plan);
}

__attribute__((noreturn)) static void child_main(struct plan *plan, const struct stdio *io,
						 int report)
{
	/* The number of an fd that is about to be closed means another one afterwards. */
	report_fd = report;
	join_network(plan);
	plan->netns_fd = -1;
	child_fds(io, report);
	child_signals();
	(void)umask(022);
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (setsid() < 0)
		die("start", "setsid");
	child_cgroups(plan);
	if (!(joined(plan, 0) & CLONE_NEWCGROUP) && unshare(CLONE_NEWCGROUP) < 0)
		die("cgroup", "namespace");
	(void)joined(plan, CLONE_NEWIPC | CLONE_NEWUTS);
	set_root(plan, io);
	/* The host's own is not an ordinary user's to set. */
	if (plan->hostname && sethostname(plan->hostname, strlen(plan->hostname)) < 0 &&
	    !(errno == EPERM && plan->flags & FLAG_USERNS))
		die("hostname", "%s", plan->hostname);
	child_finish(plan, false);
}

bool sandbox_start(struct plan *plan, const struct stdio *io, struct started *out)
{
	uint64_t flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
	int report;

	/* That of pids is one for children. */
	flags &= ~(uint64_t)joined(plan, CLONE_NEWPID);
	if (plan->flags & FLAG_NEW_NET)
		flags |= CLONE_NEWNET;
	out->pid = sys_fork(flags, out, &report);
	if (out->pid == 0)
		child_main(plan, io, report);
	return out->pid > 0;
}
