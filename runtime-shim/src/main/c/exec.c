/* The last step: from the shim to the command. Messages are those that users of Docker know. */
#include "shim.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char DEFAULT_PATH[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* As Go prints errors: in small letters. */
static const char *reason(int error, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", strerror(error));
	out[0] = (char)tolower((unsigned char)out[0]);
	return out;
}

static int code_of(int error)
{
	return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND : EXIT_CANNOT_EXEC;
}

static void check(const char *name, const char *path)
{
	struct stat stat;
	char text[128];

	if (fstatat(AT_FDCWD, path, &stat, 0) < 0)
		die_code(code_of(errno), "exec", "\"%s\": stat %s: %s", name, path,
			 reason(errno, text, sizeof text));
	if (S_ISDIR(stat.st_mode))
		die_code(EXIT_CANNOT_EXEC, "exec", "\"%s\": is a directory: permission denied", name);
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		die_code(EXIT_CANNOT_EXEC, "exec", "\"%s\": permission denied", name);
}

/* Names the interpreter of a script that names one which is not there. */
static void explain_missing(const char *path)
{
	char line[256];
	cleanup_fd int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? 0 : read(file, line, sizeof line - 1);
	char *name;

	if (size < 4 || line[0] != '#' || line[1] != '!')
		return;
	line[size] = '\0';
	name = line + 2 + strspn(line + 2, " \t");
	name[strcspn(name, " \t\n")] = '\0';
	if (strchr(name, '\r'))
		die_code(EXIT_NOT_FOUND, "exec",
			 "%s: no such file or directory: its first line ends in CR LF", path);
	die_code(EXIT_NOT_FOUND, "exec", "%s: no such file or directory: its interpreter %s", path,
		 name);
}

__attribute__((noreturn)) static void execute(const struct plan *plan, const char *path)
{
	char text[128];
	int error;

	(void)execve(path, plan->argv, plan->env);
	error = errno;
	if (error == ENOENT)
		explain_missing(path);
	die_code(code_of(error), "exec", "%s: %s", path, reason(error, text, sizeof text));
}

static const char *search_path(const struct plan *plan)
{
	const char *found = DEFAULT_PATH;

	for (size_t i = 0; i < plan->env_count; i++) {
		if (strncmp(plan->env[i], "PATH=", 5) == 0)
			found = plan->env[i] + 5;
	}
	return found;
}

/* Relative folders in PATH are passed over: they would mean another program in every folder. */
static bool find(const char *folders, const char *name, char *out)
{
	while (*folders) {
		size_t size = strcspn(folders, ":");
		struct stat stat;

		if (folders[0] == '/' && size + strlen(name) + 2 <= PATH_MAX) {
			(void)snprintf(out, PATH_MAX, "%.*s/%s", (int)size, folders, name);
			if (fstatat(AT_FDCWD, out, &stat, 0) == 0 && !S_ISDIR(stat.st_mode) &&
			    faccessat(AT_FDCWD, out, X_OK, AT_EACCESS) == 0)
				return true;
		}
		folders += size;
		if (*folders == ':')
			folders++;
	}
	return false;
}

__attribute__((noreturn)) static void look_up(const struct plan *plan)
{
	const char *name = plan->argv[0];
	char path[PATH_MAX];

	if (strchr(name, '/')) {
		check(name, name);
		execute(plan, name);
	}
	if (!*name || !find(search_path(plan), name, path))
		die_code(EXIT_NOT_FOUND, "exec", "\"%s\": executable file not found in $PATH",
			 name);
	execute(plan, path);
}

/* The first process of a sandbox that asked for one: passes signals on and buries orphans. */
__attribute__((noreturn)) static void serve_as_init(pid_t child)
{
	sigset_t all;

	(void)close(report_fd);
	(void)sigfillset(&all);
	for (;;) {
		siginfo_t info;
		int status;
		pid_t pid;

		if (sigwaitinfo(&all, &info) < 0)
			continue;
		if (info.si_signo != SIGCHLD) {
			(void)kill(child, info.si_signo);
			continue;
		}
		while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
			if (pid != child)
				continue;
			_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		}
	}
}

void exec_command(const struct plan *plan)
{
	sigset_t all;
	sigset_t none;
	pid_t child;

	(void)sigemptyset(&none);
	if (plan->flags & FLAG_HOLD) {
		(void)close(report_fd);
		for (;;)
			(void)pause();
	}
	if (plan->flags & FLAG_INIT) {
		(void)sigfillset(&all);
		(void)sigprocmask(SIG_SETMASK, &all, NULL);
		child = fork();
		if (child < 0)
			die("init", "fork");
		if (child > 0) {
			hide_arguments("jbuild-init");
			serve_as_init(child);
		}
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)setpgid(0, 0);
		/* Of its terminal, if it has one, the command is in the foreground. */
		(void)tcsetpgrp(STDIN_FILENO, getpid());
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
	}
	look_up(plan);
}
