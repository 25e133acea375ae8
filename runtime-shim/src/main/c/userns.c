/*
 * `shim userns COMMAND [WORD…]`: an ordinary user's way into what only root may.
 *
 * All that a user runs shares one user namespace, the session: only so can one call join the sandboxes that another
 * has made. A small process, the holder, keeps it. The folder of the session is its user's alone; the file in it names
 * the holder, which keeps that file locked as long as it lives, so that the number is never another process's.
 * There is no mount namespace to it: every sandbox has one of its own, and a kept one would not see what is mounted later.
 *
 * `shim userns --check` only makes sure of the session, `shim userns --end` ends it.
 */
#include "shim.h"
#include "userns.h"

#include <errno.h>
#include <fcntl.h>
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
#include <unistd.h>

struct session {
	pid_t pid;
	int pidfd;
	unsigned long ids; /* how many are mapped; 1: the user's own */
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

static int open_private(int parent, const char *name, const char *shown)
{
	int fd;

	if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
		userns_refuse("cannot make the folder %s: %s", shown, strerror(errno));
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Whoever could write to it could lead us into a namespace of theirs. */
	if (fd < 0 || !is_own(fd, 077))
		userns_refuse("%s is a link, belongs to somebody else or is open to others: remove it, or set "
			      "XDG_RUNTIME_DIR to a folder of your own",
			      shown);
	return fd;
}

/* The same for a login, a cron job and su: XDG_RUNTIME_DIR is not set for all of them. */
static int session_folder(void)
{
	char path[64];
	cleanup_fd int runtime = open_runtime(getenv("XDG_RUNTIME_DIR"));

	(void)snprintf(path, sizeof path, "/run/user/%u", geteuid());
	if (runtime < 0)
		runtime = open_runtime(path);
	if (runtime >= 0)
		return open_private(runtime, "jbuild", "jbuild in XDG_RUNTIME_DIR");
	(void)snprintf(path, sizeof path, "/tmp/jbuild-%u", geteuid());
	return open_private(AT_FDCWD, path, path);
}

/* ---- finding the session ---- */

static bool is_held(int file)
{
	if (flock(file, LOCK_SH | LOCK_NB) < 0)
		return errno == EWOULDBLOCK;
	(void)flock(file, LOCK_UN);
	return false;
}

static bool session_find(int folder, struct session *session)
{
	cleanup_fd int file = openat(folder, "session", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char text[64] = "";
	char *end = text;

	if (file < 0 || read(file, text, sizeof text - 1) <= 0)
		return false;
	session->pid = (pid_t)strtol(text, &end, 10);
	session->ids = strtoul(end, &end, 10);
	if (session->pid <= 1 || session->ids == 0)
		return false;
	session->pidfd = pidfd_of(session->pid);
	/* In this order: it has lived all the time since its number was read. */
	if (session->pidfd >= 0 && is_held(file))
		return true;
	close_fdp(&session->pidfd);
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
	if (file < 0 || flock(file, LOCK_EX) < 0)
		userns_refuse("cannot write the session's file: %s", strerror(errno));
	return file;
}

static void publish(int folder, int file, const struct session *session)
{
	char text[64];
	int size = snprintf(text, sizeof text, "%d %lu\n", session->pid, session->ids);

	if (!write_all(file, text, (size_t)size) ||
	    renameat(folder, "session.new", folder, "session") < 0)
		userns_refuse("cannot write the session's file: %s", strerror(errno));
}

static void session_make(int folder, struct session *session, const struct id_ranges *ranges)
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
	error = told(from[0]);
	if (error)
		userns_explain(error);
	session->ids = userns_map(session->pid, ranges);
	(void)!write(to[1], "", 1);
	error = told(from[0]);
	if (error || session->pidfd < 0)
		userns_explain(error ? error : ESRCH);
	publish(folder, file, session);
	(void)!write(to[1], "", 1);
	(void)close(to[1]);
	(void)close(from[0]);
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

	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		userns_refuse("cannot lock the session's folder: %s", strerror(errno));
	return lock;
}

static void session_get(int folder, struct session *session, struct id_ranges *ranges)
{
	cleanup_fd int lock = -1;

	if (session_find(folder, session) && !is_outgrown(session, ranges))
		return;
	lock = lock_folder(folder);
	/* Somebody may have been faster. */
	if (session_find(folder, session)) {
		if (!is_outgrown(session, ranges))
			return;
		(void)pidfd_signal(session->pidfd, SIGKILL);
		close_fdp(&session->pidfd);
	}
	userns_ranges(ranges);
	session_make(folder, session, ranges);
}

static bool enter_namespace(const struct session *session)
{
	char path[64];
	cleanup_fd int file = -1;

	if (sys_setns(session->pidfd, CLONE_NEWUSER) == 0)
		return true;
	/* Before Linux 5.8. */
	(void)snprintf(path, sizeof path, "/proc/%d/ns/user", session->pid);
	file = open(path, O_RDONLY | O_CLOEXEC);
	return file >= 0 && sys_setns(file, CLONE_NEWUSER) == 0;
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
	struct session session = {.pidfd = -1};
	cleanup_fd int lock = lock_folder(folder);

	(void)lock;
	if (session_find(folder, &session)) {
		struct pollfd end = {.fd = session.pidfd, .events = POLLIN};

		(void)pidfd_signal(session.pidfd, SIGKILL);
		(void)poll(&end, 1, 5000);
	}
	(void)unlinkat(folder, "session", 0);
	return 0;
}

int role_userns(int argc, char **argv)
{
	struct session session = {.pidfd = -1};
	struct id_ranges ranges = {0};
	cleanup_fd int folder = -1;
	uid_t uid = geteuid();

	if (argc < 3)
		die_code(EXIT_SHIM, "usage", "shim userns --check | --end | COMMAND [WORD…]");
	open_standard_fds();
	keep_arguments(argv);
	/* Root, or in the session already. */
	if (uid != 0) {
		folder = session_folder();
		if (strcmp(argv[2], "--end") == 0)
			return session_end(folder);
		session_get(folder, &session, &ranges);
		if (!enter_namespace(&session))
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
