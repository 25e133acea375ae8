/*
 * `shim exec` and `shim enter`: one more command in a container that runs.
 *
 * exec does what a plan says. A plan that holds for every command like it (option `kept`) stays in the
 * container's folder, with what it was made from; enter runs further commands by it as long as all of
 * that stands, and hands every call that is not such a one to the whole program.
 */
#include "shim.h"
#include "state.h"
#include "supervise.h"
#include "userns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ID_SIZE = 64 };

/* ---- exec ---- */

static void tell_exec(const struct plan *plan, const char *step)
{
	struct buffer action = {0};

	buffer_text(&action, step);
	for (size_t i = 0; i < plan->argc; i++) {
		buffer_text(&action, i == 0 ? ": " : " ");
		buffer_text(&action, plan->argv[i]);
	}
	buffer_put(&action, "", 1);
	tell_event(plan, action.bytes, "");
	free(action.bytes);
}

static void tell_end(const struct plan *plan, int folder, int code)
{
	char more[48];

	/* Not of a container that has gone meanwhile. */
	if (faccessat(folder, "config.json", F_OK, 0) < 0)
		return;
	(void)snprintf(more, sizeof more, ",\"exitCode\":\"%d\"", code);
	tell_event(plan, "exec_die", more);
}

/* The command is our child: we take its end, and keep nothing that the caller may be waiting for. */
__attribute__((noreturn)) static void watch_end(const struct plan *plan, int folder)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int status = 0;

	for (int fd = 0; fd < 3; fd++)
		(void)dup2(null, fd);
	folder = dup2(folder, 3);
	(void)sys_close_range(4, ~0U);
	(void)prctl(PR_SET_NAME, "jbuild-exec");
	while (wait(&status) < 0 && errno == EINTR)
		;
	tell_end(plan, folder, WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
	_exit(0);
}

static int run_detached(const struct plan *plan, int folder, int inside)
{
	unsigned char code = EXIT_SHIM;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		die("start", "new process");
	if (pid > 0) {
		(void)close(ends[1]);
		(void)!read(ends[0], &code, 1);
		return code;
	}
	(void)setsid();
	code = (unsigned char)run_beside(plan, inside, true);
	(void)!write(ends[1], &code, 1);
	if (code != 0)
		_exit(code);
	watch_end(plan, folder);
}

static int run_told(struct plan *plan, int folder, int inside, char **words, bool detach)
{
	int code;

	plan->argv = words;
	for (plan->argc = 0; words[plan->argc]; plan->argc++)
		;
	tell_exec(plan, "exec_create");
	tell_exec(plan, "exec_start");
	if (detach)
		return run_detached(plan, folder, inside);
	code = run_beside(plan, inside, false);
	tell_end(plan, folder, code);
	return code;
}

static const char *kept_name(bool tty)
{
	return tty ? "exec-tty" : "exec";
}

static void set_keys(struct plan *plan, const char *keys)
{
	char *text = NULL;

	if (asprintf(&text, "detach-keys=%s", keys) >= 0)
		plan_set_option(plan, text);
}

/* shim exec [--detach | --keys=K] FOLDER PLAN COMMAND [WORD…] */
int role_exec(int argc, char **argv)
{
	struct plan plan;
	cleanup_fd int folder = -1;
	bool detach = argc > 2 && strcmp(argv[2], "--detach") == 0;
	bool keys = argc > 2 && strncmp(argv[2], "--keys=", 7) == 0;
	char **rest = argv + 2 + (detach || keys);
	int inside;

	seal_self(argv);
	open_standard_fds();
	if (argc < 5 + (detach || keys))
		die_code(EXIT_SHIM, "usage", "shim exec [--detach | --keys=K] FOLDER PLAN COMMAND [WORD…]");
	folder = open(rest[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!plan_read(&plan, AT_FDCWD, rest[1]))
		die("plan", "read %s", rest[1]);
	if (!plan_option(&plan, "kept") ||
	    renameat(AT_FDCWD, rest[1], folder, kept_name(plan.flags & FLAG_TTY)) < 0)
		(void)unlink(rest[1]);
	if (keys)
		set_keys(&plan, argv[2] + 7);
	inside = folder < 0 ? -1 : join_find(folder);
	if (inside < 0)
		die_code(1, "exec", "the container is not running");
	return run_told(&plan, folder, inside, rest + 2, detach);
}

/* ---- enter ---- */

struct entering {
	bool tty;
	bool in;
	const char *name;
	char **words;
};

/* Only -i and -t before the name; all else is for the whole program. */
static bool read_words(struct entering *e, char **words)
{
	for (; *words && (*words)[0] == '-'; words++) {
		const char *word = *words + 1;
		bool known = *word != '\0';

		if (strcmp(word, "-interactive") == 0) {
			e->in = true;
			continue;
		}
		if (strcmp(word, "-tty") == 0) {
			e->tty = true;
			continue;
		}
		for (; *word; word++) {
			e->in = e->in || *word == 'i';
			e->tty = e->tty || *word == 't';
			known = known && (*word == 'i' || *word == 't');
		}
		if (!known)
			return false;
	}
	e->name = words[0];
	e->words = words + 1;
	return e->name && e->words[0];
}

/* As Session.storeRoot of Java. */
static int open_store(void)
{
	const char *root = getenv("JBUILD_ROOT");
	const char *below = "";
	char path[4096];

	if (!root || !*root) {
		root = "/var/lib/jbuild";
		if (geteuid() != 0 || getenv(SESSION_VARIABLE)) {
			root = getenv("XDG_DATA_HOME");
			below = "/jbuild";
		}
		if (!root || !*root) {
			root = getenv("HOME");
			below = "/.local/share/jbuild";
		}
	}
	if (!root || *root != '/' ||
	    snprintf(path, sizeof path, "%s%s/containers", root, below) >= (int)sizeof path)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_hex(const char *text)
{
	return *text && text[strspn(text, "0123456789abcdef")] == '\0';
}

static bool id_of_name(int store, const char *name, char id[ID_SIZE + 1])
{
	char file[256];
	cleanup_fd int fd = -1;

	if (strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
		    strlen(name) ||
	    snprintf(file, sizeof file, "name-%s", name) >= (int)sizeof file)
		return false;
	fd = openat(store, file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || read(fd, id, ID_SIZE) != ID_SIZE)
		return false;
	id[ID_SIZE] = '\0';
	return is_hex(id);
}

/* The only one that begins so. */
static bool id_of_prefix(int store, const char *prefix, char id[ID_SIZE + 1])
{
	int copy = is_hex(prefix) ? dup(store) : -1;
	DIR *all = copy < 0 ? NULL : fdopendir(copy);
	int found = 0;

	for (struct dirent *one; all && (one = readdir(all));) {
		if (strlen(one->d_name) == ID_SIZE && is_hex(one->d_name) &&
		    strncmp(one->d_name, prefix, strlen(prefix)) == 0) {
			memcpy(id, one->d_name, ID_SIZE + 1);
			found++;
		}
	}
	if (all)
		(void)closedir(all);
	return found == 1;
}

static int open_container(const char *name)
{
	cleanup_fd int store = open_store();
	char id[ID_SIZE + 1];

	if (store < 0 || (!id_of_name(store, name, id) && !id_of_prefix(store, name, id)))
		return -1;
	return openat(store, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Whether a file is the one that was looked at: its size and time, or that there is none. */
static bool still(int dir, const char *path, const char *expected)
{
	struct stat now;
	char text[80] = "-";

	if (fstatat(dir, path, &now, *path ? 0 : AT_EMPTY_PATH) == 0)
		(void)snprintf(text, sizeof text, "%lld %lld.%09ld", (long long)now.st_size,
			       (long long)now.st_mtim.tv_sec, now.st_mtim.tv_nsec);
	return expected && strcmp(text, expected) == 0;
}

/* Users and groups as the container sees them now. */
static bool accounts_stand(const struct plan *plan, pid_t pid)
{
	static const char *const FILES[][2] = {{"/etc/passwd", "passwd"}, {"/etc/group", "group"}};
	char path[64];
	cleanup_fd int root = -1;
	bool same = true;

	(void)snprintf(path, sizeof path, "/proc/%d/root", pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (size_t i = 0; root >= 0 && i < 2; i++) {
		cleanup_fd int file = open_beneath(root, FILES[i][0], O_PATH);
		const char *expected = plan_option(plan, FILES[i][1]);

		same = same && (file < 0 ? expected && strcmp(expected, "-") == 0
					 : still(file, "", expected));
	}
	return root >= 0 && same;
}

static bool stands(const struct plan *plan, int folder, const char *shim)
{
	struct state state;

	return plan_option(plan, "kept") && state_load(folder, &state) &&
	       strcmp(state.status, "running") == 0 &&
	       still(folder, "config.json", plan_option(plan, "config")) &&
	       still(AT_FDCWD, shim, plan_option(plan, "shim")) && accounts_stand(plan, state.pid);
}

/* shim enter PROGRAM [WORD…]: what `PROGRAM exec WORD…` would do. */
int role_enter(int argc, char **argv)
{
	struct entering e = {0};
	struct plan plan;
	cleanup_fd int folder = -1;
	int inside = -1;

	if (argc < 3)
		die_code(EXIT_SHIM, "usage", "shim enter PROGRAM [WORD…]");
	open_standard_fds();
	if (read_words(&e, argv + 3) && !(e.in && e.tty && !isatty(STDIN_FILENO)))
		folder = open_container(e.name);
	if (folder >= 0 && plan_read(&plan, folder, kept_name(e.tty)) &&
	    stands(&plan, folder, argv[0]))
		inside = join_find(folder);
	if (inside >= 0) {
		seal_self(argv);
		plan.flags = (plan.flags & ~(uint32_t)FLAG_STDIN) | (e.in ? FLAG_STDIN : 0);
		return run_told(&plan, folder, inside, e.words, false);
	}
	(void)setenv("JBUILD_SHORTCUT", "off", 1);
	argv[1] = argv[2];
	argv[2] = (char[]){"exec"};
	(void)execv(argv[1], argv + 1);
	die("start", "%s", argv[1]);
}
