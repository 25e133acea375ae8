/* Which ids an ordinary user's namespace has, and what to say when it can't be made. */
#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIELDS = 7, LINE = 1024 };

void userns_refuse(const char *fmt, ...)
{
	char text[1024];
	char line[1280];
	va_list args;
	int size;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	size = snprintf(line, sizeof line, "jbuild: no user namespace for user %u: %s\n", geteuid(), text);
	(void)write_all(STDERR_FILENO, line, (size_t)size);
	_exit(EXIT_SHIM);
}

static long number_in(const char *path)
{
	char text[32] = "";
	cleanup_fd int file = open(path, O_RDONLY | O_CLOEXEC);

	if (file < 0 || read(file, text, sizeof text - 1) <= 0)
		return -1;
	return strtol(text, NULL, 10);
}

void userns_explain(int error)
{
	if (error == ENOSPC || number_in("/proc/sys/user/max_user_namespaces") == 0)
		userns_refuse("this machine allows none, or no more of them: as root, sysctl -w "
			      "user.max_user_namespaces=28633; or run jbuild as root");
	if (number_in("/proc/sys/kernel/unprivileged_userns_clone") == 0)
		userns_refuse("this machine keeps them for root: as root, sysctl -w "
			      "kernel.unprivileged_userns_clone=1; or run jbuild as root");
	if (number_in("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
		userns_refuse("AppArmor keeps them from programs without a profile: as root, load jbuild's "
			      "(apparmor-profile in its documentation says how) or sysctl -w "
			      "kernel.apparmor_restrict_unprivileged_userns=0; or run jbuild as root");
	if (error == EPERM)
		userns_refuse("something forbids them, as a container's seccomp filter or a chroot does: allow "
			      "unshare(2) there (docker run --security-opt seccomp=unconfined), or run jbuild as root");
	if (error == EINVAL || error == ENOSYS)
		userns_refuse("this kernel is built without them (CONFIG_USER_NS): run jbuild as root");
	userns_refuse("%s", strerror(error));
}

/* ---- files of lines with colons ---- */

static size_t split(char *line, char **fields)
{
	size_t count = 0;

	line[strcspn(line, "\n")] = '\0';
	while (count < FIELDS && line)
		fields[count++] = strsep(&line, ":");
	return count;
}

/* The user's line in /etc/passwd; other sources of users leave us HOME and USER. */
static bool find_user(uid_t uid, char line[LINE], char **fields)
{
	FILE *file = fopen("/etc/passwd", "re");
	bool found = false;

	while (file && !found && fgets(line, LINE, file)) {
		char *end;

		found = split(line, fields) == FIELDS && *fields[2] &&
			strtoul(fields[2], &end, 10) == uid && !*end;
	}
	if (file)
		(void)fclose(file);
	return found;
}

bool userns_home(uid_t uid, char *home, size_t size)
{
	char line[LINE];
	char *fields[FIELDS];

	return find_user(uid, line, fields) && fields[5][0] == '/' &&
	       snprintf(home, size, "%s", fields[5]) < (int)size;
}

static void user_name(char name[LINE])
{
	char line[LINE];
	char *fields[FIELDS];
	const char *variable = getenv("USER");

	if (find_user(geteuid(), line, fields))
		(void)snprintf(name, LINE, "%s", fields[0]);
	else
		(void)snprintf(name, LINE, "%s", variable ? variable : "");
}

/* ---- ranges ---- */

static void add_word(struct id_map *map, unsigned long word)
{
	(void)snprintf(map->words[map->count++], sizeof map->words[0], "%lu", word);
}

/* Of ranges that meet, as when a user stands in the file by name and by number, the kernel takes none. */
static bool meets(const struct id_map *map, unsigned long outside, unsigned long count)
{
	for (size_t i = 0; i < map->count; i += 3) {
		unsigned long first = strtoul(map->words[i + 1], NULL, 10);
		unsigned long size = strtoul(map->words[i + 2], NULL, 10);

		if (outside < first + size && first < outside + count)
			return true;
	}
	return false;
}

static void add_range(struct id_map *map, unsigned long outside, unsigned long count)
{
	if (map->count + 3 > sizeof map->words / sizeof *map->words || count == 0 ||
	    meets(map, outside, count))
		return;
	add_word(map, map->ids);
	add_word(map, outside);
	add_word(map, count);
	map->ids += count;
}

/* The own id becomes 0, what the file gives to the user follows. */
static void read_ranges(struct id_map *map, const char *path, const char *name, unsigned long own)
{
	FILE *file = fopen(path, "re");
	char line[LINE];
	char *fields[FIELDS];
	char uid[24];

	(void)snprintf(uid, sizeof uid, "%u", geteuid());
	map->count = 0;
	map->ids = 0;
	add_range(map, own, 1);
	while (file && fgets(line, sizeof line, file)) {
		if (split(line, fields) == 3 && *fields[0] &&
		    (strcmp(fields[0], name) == 0 || strcmp(fields[0], uid) == 0))
			add_range(map, strtoul(fields[1], NULL, 10), strtoul(fields[2], NULL, 10));
	}
	if (file)
		(void)fclose(file);
}

/* A relative folder would mean another program wherever the caller is. */
static bool find_in(const char *folders, const char *program, char *file, size_t size)
{
	while (*folders) {
		size_t length = strcspn(folders, ":");

		if (folders[0] == '/' &&
		    snprintf(file, size, "%.*s/%s", (int)length, folders, program) < (int)size &&
		    access(file, X_OK) == 0)
			return true;
		folders += length;
		folders += *folders == ':';
	}
	return false;
}

bool userns_find(const char *program, char *file, size_t size)
{
	const char *path = getenv("PATH");

	return find_in("/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin", program, file, size) ||
	       find_in(path ? path : "", program, file, size);
}

void userns_ranges(struct id_ranges *ranges)
{
	char name[LINE];
	char file[LINE];

	user_name(name);
	read_ranges(&ranges->uids, "/etc/subuid", name, geteuid());
	read_ranges(&ranges->gids, "/etc/subgid", name, getegid());
	ranges->why = NULL;
	if (ranges->uids.ids == 1 || ranges->gids.ids == 1)
		ranges->why = "ranges";
	else if (!userns_find("newuidmap", file, sizeof file) ||
		 !userns_find("newgidmap", file, sizeof file))
		ranges->why = "helper";
}

/* ---- maps ---- */

/* After newgrp or sg; the machine's programs look. */
static bool is_in_other_group(void)
{
	char line[LINE];
	char *fields[FIELDS];

	return find_user(geteuid(), line, fields) && strtoul(fields[3], NULL, 10) != getgid();
}

static bool map_by(const char *program, pid_t pid, const struct id_map *map, bool may_fail)
{
	char number[24];
	char file[LINE];
	char *argv[2 + sizeof map->words / sizeof *map->words + 1] = {(char *)program, number};
	int status = -1;
	pid_t child;

	(void)snprintf(number, sizeof number, "%d", pid);
	for (size_t i = 0; i < map->count; i++)
		argv[2 + i] = (char *)map->words[i];
	child = fork();
	if (child == 0) {
		(void)dup2(STDERR_FILENO, STDOUT_FILENO);
		if (userns_find(program, file, sizeof file))
			(void)execv(file, argv);
		_exit(EXIT_NOT_FOUND);
	}
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (status != 0 && !may_fail && is_in_other_group())
		userns_refuse("%s failed: it gives ids to processes in the user's own group, not after newgrp or sg", program);
	if (status != 0 && !may_fail)
		userns_refuse("%s failed: it needs its set-user-ID bit or capability (ls -l, getcap), and a range in "
			      "/etc/subuid and /etc/subgid that this machine's own ids contain",
			      program);
	return status == 0;
}

static void map_own(pid_t pid, const char *name, const char *text)
{
	char path[64];
	cleanup_fd int file = -1;

	(void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	file = open(path, O_WRONLY | O_CLOEXEC);
	if (file < 0 || !write_all(file, text, strlen(text)))
		userns_explain(errno);
}

unsigned long userns_map(pid_t pid, const struct id_ranges *ranges, bool may_fail)
{
	char line[64];

	if (!ranges->why) {
		if (!map_by("newuidmap", pid, &ranges->uids, may_fail) ||
		    !map_by("newgidmap", pid, &ranges->gids, may_fail))
			return 0;
		return ranges->uids.ids < ranges->gids.ids ? ranges->uids.ids : ranges->gids.ids;
	}
	(void)snprintf(line, sizeof line, "0 %u 1", geteuid());
	map_own(pid, "uid_map", line);
	map_own(pid, "setgroups", "deny");
	(void)snprintf(line, sizeof line, "0 %u 1", getegid());
	map_own(pid, "gid_map", line);
	return 1;
}
