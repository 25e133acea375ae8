/*
 * `shim userns COMMAND [WORD…]`: an ordinary user's way into what only root may.
 *
 * All that a user runs shares one user namespace, the session: only so can one call join the sandboxes that another
 * has made. A small process, the holder, keeps it. The folder of the session is its user's alone; the file in it names
 * the holder, which keeps that file locked as long as it lives, and its namespace: a number alone may be another
 * process's, in a container that has the same folder. The file is named by the namespaces that its number means something in.
 * There is no mount namespace to it: every sandbox has one of its own, and a kept one would not see what is mounted later.
 *
 * `shim userns --check` only makes sure of the session, `shim userns --end` ends it.
 */
#include "shim.h"
#include "userns.h"

#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILE_PREFIX "session-"

struct session {
	char file[96]; /* its name */
	pid_t pid;
	int pidfd;
	int userns;
	unsigned long ids; /* how many are mapped; 1: the user's own */
	gid_t gid;         /* outside, of the group that is root's inside */
};

/* ---- the folder ---- */

static bool is_own(int fd, mode_t closed)
{
	struct stat stat;

	return fstat(fd, &stat) == 0 && S_ISDIR(stat.st_mode) && stat.st_uid == geteuid() &&
	       (stat.st_mode & closed) == 0;
}

/* A folder that is there for such things, or -1. Others may look into it, but not write. */
static int open_runtime(const char *path)
{
	int fd = path && *path == '/' ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0 && !is_own(fd, 022))
		close_fdp(&fd);
	return fd;
}

static bool make_private(int parent, const char *name)
{
	return mkdirat(parent, name, 0700) == 0 || errno == EEXIST;
}

/* -1: whoever could write to it could lead us into a namespace of theirs. */
static int open_private(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 && !is_own(fd, 077))
		close_fdp(&fd);
	return fd;
}

/* Somebody else may have been faster in the folder of all; nobody is in the home. */
static int home_folder(const char *squatted)
{
	char home[PATH_MAX];
	cleanup_fd int folder = -1;
	int fd = -1;

	folder = open_runtime(userns_home(geteuid(), home, sizeof home) ? home : getenv("HOME"));
	if (folder >= 0 && make_private(folder, ".jbuild-session"))
		fd = open_private(folder, ".jbuild-session");
	if (fd < 0)
		userns_refuse("%s is a link, belongs to somebody else or is open to others: have root remove it, or set "
			      "XDG_RUNTIME_DIR to a folder of your own",
			      squatted);
	return fd;
}

/* The same for a login, a cron job and su: XDG_RUNTIME_DIR is not set for all of them. */
static int session_folder(void)
{
	char path[64];
	cleanup_fd int runtime = open_runtime(getenv("XDG_RUNTIME_DIR"));
	int fd;

	(void)snprintf(path, sizeof path, "/run/user/%u", geteuid());
	if (runtime < 0)
		runtime = open_runtime(path);
	if (runtime < 0)
		(void)snprintf(path, sizeof path, "/tmp/jbuild-%u", geteuid());
	if (!make_private(runtime < 0 ? AT_FDCWD : runtime, runtime < 0 ? path : "jbuild"))
		userns_refuse("cannot make the folder %s: %s",
			      runtime < 0 ? path : "jbuild in XDG_RUNTIME_DIR", strerror(errno));
	if (runtime < 0) {
		fd = open_private(AT_FDCWD, path);
		return fd >= 0 ? fd : home_folder(path);
	}
	fd = open_private(runtime, "jbuild");
	if (fd < 0)
		userns_refuse("jbuild in XDG_RUNTIME_DIR is a link, belongs to somebody else or is open to others: "
			      "remove it, or set XDG_RUNTIME_DIR to a folder of your own");
	return fd;
}

/* ---- finding the session ---- */

static bool is_held(int file)
{
	if (flock(file, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	(void)flock(file, LOCK_UN);
	return false;
}

static unsigned long number_of(int fd)
{
	struct stat stat;

	return fd >= 0 && fstat(fd, &stat) == 0 ? stat.st_ino : 0;
}

static int open_userns(pid_t pid)
{
	char path[64];

	(void)snprintf(path, sizeof path, "/proc/%d/ns/user", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void forget(struct session *session)
{
	close_fdp(&session->pidfd);
	close_fdp(&session->userns);
}

static bool session_read(int folder, struct session *session)
{
	cleanup_fd int file = openat(folder, session->file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[128] = "";
	char *end = text;
	unsigned long number;

	if (file < 0 || read(file, text, sizeof text - 1) <= 0)
		return false;
	session->pid = (pid_t)strtol(text, &end, 10);
	session->ids = strtoul(end, &end, 10);
	number = strtoul(end, &end, 10);
	session->gid = (gid_t)strtoul(end, &end, 10);
	if (session->pid <= 1 || session->ids == 0 || number == 0)
		return false;
	session->pidfd = pidfd_of(session->pid);
	session->userns = session->pidfd < 0 ? -1 : open_userns(session->pid);
	/* In this order: two namespaces that are there at once have different numbers, and the holder's is there. */
	if (number_of(session->userns) == number && is_held(file))
		return true;
	forget(session);
	return false;
}

static bool is_member(gid_t gid)
{
	gid_t groups[NGROUPS_MAX];
	int count = getgroups(NGROUPS_MAX, groups);

	for (int i = 0; i < count; i++) {
		if (groups[i] == gid)
			return true;
	}
	return getgid() == gid;
}

/* One for all groups of the user; who is in another one than that was made by gets no power over its files. */
static bool session_find(int folder, struct session *session)
{
	cleanup_fd int pids = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	cleanup_fd int users = open("/proc/self/ns/user", O_RDONLY | O_CLOEXEC);
	char own[sizeof session->file];
	char shared[sizeof session->file];

	(void)snprintf(shared, sizeof shared, FILE_PREFIX "%lu-%lu", number_of(pids), number_of(users));
	(void)snprintf(own, sizeof own, FILE_PREFIX "%lu-%lu-%u", number_of(pids), number_of(users), getgid());
	(void)memcpy(session->file, own, sizeof own);
	if (session_read(folder, session))
		return true;
	(void)memcpy(session->file, shared, sizeof shared);
	if (!session_read(folder, session))
		return false;
	if (is_member(session->gid))
		return true;
	forget(session);
	(void)memcpy(session->file, own, sizeof own);
	return false;
}

/* ---- the holder ---- */

static void tell(int fd, int error)
{
	(void)write_all(fd, &error, sizeof error);
}

/* What the caller may be waiting for must not stay open: all but the lock and the ways to the caller. */
static void drop_fds(int lock, int in, int out)
{
	enum { LOCK = 3, IN = 4, OUT = 5, HIGH = 16 };
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int high[3] = {fcntl(lock, F_DUPFD_CLOEXEC, HIGH), fcntl(in, F_DUPFD_CLOEXEC, HIGH),
		       fcntl(out, F_DUPFD_CLOEXEC, HIGH)};

	for (int fd = 0; fd < 3; fd++) {
		if (null < 0 || high[fd] < 0 || dup2(null, fd) < 0 || dup2(high[fd], LOCK + fd) < 0)
			_exit(EXIT_SHIM);
	}
	(void)sys_close_range(OUT + 1, ~0U);
}

__attribute__((noreturn)) static void hold(int lock, int in, int out)
{
	sigset_t later;
	char byte;

	drop_fds(lock, in, out);
	child_signals();
	/* Who finds us may ask for a network before we wait for that. */
	(void)sigemptyset(&later);
	(void)sigaddset(&later, SIGUSR1);
	(void)sigprocmask(SIG_SETMASK, &later, NULL);
	(void)setsid();
	(void)!chdir("/");
	if (unshare(CLONE_NEWUSER) < 0) {
		tell(5, errno);
		_exit(EXIT_SHIM);
	}
	/* Else nobody may write our maps, or join us. */
	(void)prctl(PR_SET_DUMPABLE, 1);
	tell(5, 0);
	if (read(4, &byte, 1) != 1)
		_exit(EXIT_SHIM);
	/* AppArmor gives the namespace and keeps its powers; this needs one, and nothing sees it. */
	tell(5, unshare(CLONE_NEWUTS) < 0 ? errno : 0);
	(void)prctl(PR_SET_DUMPABLE, 1);
	/* Nobody would ever find us, had our maker not got so far. */
	if (read(4, &byte, 1) != 1)
		_exit(EXIT_SHIM);
	(void)sys_close_range(4, ~0U);
	userns_hold();
}

static int told(int fd)
{
	int error = EIO;

	while (read(fd, &error, sizeof error) < 0 && errno == EINTR)
		;
	return error;
}

/* Under a name of its own first: nobody may find it before it can be joined. */
static int new_file(int folder)
{
	int file;

	(void)unlinkat(folder, "session.new", 0);
	file = openat(folder, "session.new", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* What cleans old files away leaves those with this bit. */
	if (file < 0 || fchmod(file, 01600) < 0 || flock(file, LOCK_EX) < 0)
		userns_refuse("cannot write the session's file: %s", strerror(errno));
	return file;
}

/* Of holders that have ended: each container that ever had this folder would leave one. */
static void sweep(int folder)
{
	int copy = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *all = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *one;

	while (all && (one = readdir(all))) {
		cleanup_fd int file = -1;

		if (strncmp(one->d_name, FILE_PREFIX, strlen(FILE_PREFIX)) != 0)
			continue;
		file = openat(folder, one->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (file >= 0 && !is_held(file))
			(void)unlinkat(folder, one->d_name, 0);
	}
	if (all)
		(void)closedir(all);
}

static void publish(int folder, int file, const struct session *session)
{
	char text[128];
	int size = snprintf(text, sizeof text, "%d %lu %lu %u\n", session->pid, session->ids,
			    number_of(session->userns), session->gid);

	if (!write_all(file, text, (size_t)size) ||
	    renameat(folder, "session.new", folder, session->file) < 0)
		userns_refuse("cannot write the session's file: %s", strerror(errno));
	sweep(folder);
}

/* False, if an old one is there to go on with, when the machine's programs give no ids. */
static bool session_make(int folder, struct session *session, const struct id_ranges *ranges, bool has_old)
{
	cleanup_fd int file = new_file(folder);
	int to[2];
	int from[2];
	int error;

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0 || (session->pid = fork()) < 0)
		userns_refuse("cannot start a process: %s", strerror(errno));
	if (session->pid == 0)
		hold(file, to[0], from[1]);
	(void)close(to[0]);
	(void)close(from[1]);
	session->pidfd = pidfd_of(session->pid);
	session->gid = getgid();
	error = told(from[0]);
	if (error)
		userns_explain(error);
	session->ids = userns_map(session->pid, ranges, has_old);
	if (session->ids > 0) {
		(void)!write(to[1], "", 1);
		error = told(from[0]);
		session->userns = open_userns(session->pid);
		if (error || session->pidfd < 0 || session->userns < 0)
			userns_explain(error ? error : ESRCH);
		publish(folder, file, session);
		(void)!write(to[1], "", 1);
	}
	(void)close(to[1]);
	(void)close(from[0]);
	if (session->ids == 0) {
		(void)waitpid(session->pid, NULL, 0);
		(void)unlinkat(folder, "session.new", 0);
	}
	return session->ids > 0;
}

/* ---- joining ---- */

/* Whoever had no ids but the own gets more as soon as there are some; what runs in the old session goes on. */
static bool is_outgrown(const struct session *session, struct id_ranges *ranges)
{
	if (session->ids > 1)
		return false;
	userns_ranges(ranges);
	return ranges->why == NULL;
}

static int lock_folder(int folder)
{
	int lock = openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (lock < 0 || fchmod(lock, 01600) < 0 || flock(lock, LOCK_EX) < 0)
		userns_refuse("cannot lock the session's folder: %s", strerror(errno));
	return lock;
}

static void session_get(int folder, struct session *session, struct id_ranges *ranges)
{
	cleanup_fd int lock = -1;
	struct session old;
	bool has_old;

	if (session_find(folder, session) && !is_outgrown(session, ranges))
		return;
	lock = lock_folder(folder);
	forget(session);
	/* Somebody may have been faster. */
	has_old = session_find(folder, session);
	if (has_old && !is_outgrown(session, ranges))
		return;
	old = *session;
	userns_ranges(ranges);
	if (!session_make(folder, session, ranges, has_old)) {
		*session = old;
		ranges->why = "helper";
	} else if (has_old) {
		(void)pidfd_signal(old.pidfd, SIGKILL);
		forget(&old);
	}
}

/* For Java: who we are outside, how many ids there are, and why no more. */
static void set_environment(uid_t uid, const struct session *session, const struct id_ranges *ranges)
{
	char text[64];
	char home[PATH_MAX];

	(void)snprintf(text, sizeof text, "%u:%lu%s%s", uid, session->ids, ranges->why ? ":" : "",
		       ranges->why ? ranges->why : "");
	(void)setenv(SESSION_VARIABLE, text, 1);
	(void)snprintf(text, sizeof text, "%d", session->pid);
	(void)setenv(SESSION_HOLDER, text, 1);
	/* Programs that look themselves up would find root's. */
	if (!getenv("HOME") && userns_home(uid, home, sizeof home))
		(void)setenv("HOME", home, 1);
}

static int session_end(int folder)
{
	struct session session = {.pidfd = -1, .userns = -1};
	cleanup_fd int lock = lock_folder(folder);

	(void)lock;
	if (session_find(folder, &session)) {
		struct pollfd end = {.fd = session.pidfd, .events = POLLIN};

		(void)pidfd_signal(session.pidfd, SIGKILL);
		(void)poll(&end, 1, 5000);
	}
	(void)unlinkat(folder, session.file, 0);
	return 0;
}

int role_userns(int argc, char **argv)
{
	struct session session = {.pidfd = -1, .userns = -1};
	struct id_ranges ranges = {0};
	cleanup_fd int folder = -1;
	uid_t uid = geteuid();

	if (argc < 3)
		die_code(EXIT_SHIM, "usage", "shim userns --check | --end | COMMAND [WORD…]");
	open_standard_fds();
	keep_arguments(argv);
	/* Root, or in the session already. */
	if (uid != 0) {
		/* A program with the set-group-ID bit would lend its group to all that joins the session later. */
		if (getuid() != uid || setresgid(getgid(), getgid(), getgid()) < 0)
			userns_refuse("a program with the set-user-ID bit has called jbuild");
		folder = session_folder();
		if (strcmp(argv[2], "--end") == 0)
			return session_end(folder);
		session_get(folder, &session, &ranges);
		if (sys_setns(session.userns, CLONE_NEWUSER) < 0)
			userns_refuse("cannot join the session of process %d: %s; end it (kill %d) to have a new one",
				      session.pid, strerror(errno), session.pid);
		/* The group may be another of the user's than the session's. */
		if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
			userns_refuse("cannot become root of the session: %s", strerror(errno));
		set_environment(uid, &session, &ranges);
	}
	if (argv[2][0] == '-')
		return 0;
	(void)execvp(argv[2], argv + 2);
	die("userns", "%s", argv[2]);
}
