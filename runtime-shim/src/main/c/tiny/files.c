/* Applets on files. */
#include "tiny.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int copy_bytes(int from, int to)
{
	static char block[65536];
	ssize_t size;

	while ((size = read(from, block, sizeof block)) > 0) {
		for (ssize_t at = 0; at < size;) {
			ssize_t done = write(to, block + at, (size_t)(size - at));

			if (done < 0)
				return -1;
			at += done;
		}
	}
	return size < 0 ? -1 : 0;
}

int cat_main(int argc, char **argv)
{
	int code = 0;

	(void)fflush(stdout);
	for (int i = 1; i < argc || i == 1; i++) {
		bool standard = i >= argc || strcmp(argv[i], "-") == 0;
		int fd = standard ? STDIN_FILENO : open(argv[i], O_RDONLY);

		if (fd < 0 || copy_bytes(fd, STDOUT_FILENO) < 0)
			code = complain("cat", standard ? "stdin" : argv[i]);
		if (fd > 0)
			(void)close(fd);
	}
	return code;
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The names of a folder, sorted and ended by NULL. */
static char **read_folder(const char *path, bool all)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;
	char **names = NULL;
	size_t count = 0;

	if (!folder)
		return NULL;
	do {
		names = realloc(names, (count + 2) * sizeof *names);
		if (!names)
			exit(1);
		entry = readdir(folder);
		if (entry && (all || entry->d_name[0] != '.')) {
			names[count] = strdup(entry->d_name);
			if (!names[count++])
				exit(1);
		}
	} while (entry);
	names[count] = NULL;
	qsort(names, count, sizeof *names, by_name);
	(void)closedir(folder);
	return names;
}

static void free_names(char **names)
{
	for (size_t i = 0; names[i]; i++)
		free(names[i]);
	free(names);
}

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static void join(char *out, const char *folder, const char *name)
{
	size_t size = strlen(folder);

	(void)snprintf(out, PATH_MAX, "%s%s%s", folder, size && folder[size - 1] == '/' ? "" : "/",
		       name);
}

static char type_letter(mode_t mode)
{
	return S_ISDIR(mode)  ? 'd'
	       : S_ISLNK(mode) ? 'l'
	       : S_ISCHR(mode) ? 'c'
	       : S_ISBLK(mode) ? 'b'
	       : S_ISFIFO(mode) ? 'p'
	       : S_ISSOCK(mode) ? 's'
				: '-';
}

static int list_long(const char *path, const char *name)
{
	char bits[] = "rwxrwxrwx";
	char target[PATH_MAX];
	struct stat stat;
	ssize_t size;

	if (lstat(path, &stat) < 0)
		return complain("ls", path);
	for (int i = 0; i < 9; i++) {
		if (!(stat.st_mode >> (8 - i) & 1))
			bits[i] = '-';
	}
	if (stat.st_mode & S_ISUID)
		bits[2] = 's';
	if (stat.st_mode & S_ISGID)
		bits[5] = 's';
	if (stat.st_mode & S_ISVTX)
		bits[8] = 't';
	(void)printf("%c%s %3lu %5u %5u %9lld %s", type_letter(stat.st_mode), bits,
		     (unsigned long)stat.st_nlink, stat.st_uid, stat.st_gid,
		     (long long)stat.st_size, name);
	size = S_ISLNK(stat.st_mode) ? readlink(path, target, sizeof target) : -1;
	if (size >= 0)
		(void)printf(" -> %.*s", (int)size, target);
	(void)putchar('\n');
	return 0;
}

static int list_path(const char *path, bool all, bool details, bool itself)
{
	char joined[PATH_MAX];
	struct stat info;
	char **names;
	int code = 0;

	if (lstat(path, &info) < 0)
		return complain("ls", path);
	if (itself || (!S_ISDIR(info.st_mode) &&
		       (details || stat(path, &info) < 0 || !S_ISDIR(info.st_mode))))
		return details ? list_long(path, path) : puts(path) < 0;
	names = read_folder(path, all);
	if (!names)
		return complain("ls", path);
	for (size_t i = 0; names[i]; i++) {
		join(joined, path, names[i]);
		if (details)
			code |= list_long(joined, names[i]);
		else
			(void)puts(names[i]);
	}
	free_names(names);
	return code;
}

int ls_main(int argc, char **argv)
{
	bool set[4] = {false};
	int code = 0;

	if (!take_options(&argc, &argv, "ald1", set))
		return 1;
	if (argc == 1)
		return list_path(".", set[0], set[1], set[2]);
	for (int i = 1; i < argc; i++) {
		if (argc > 2 && !set[2])
			(void)printf("%s%s:\n", i > 1 ? "\n" : "", argv[i]);
		code |= list_path(argv[i], set[0], set[1], set[2]);
	}
	return code;
}

static int make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0777) < 0 && errno != EEXIST)
			return -1;
		*slash = '/';
	}
	return 0;
}

int mkdir_main(int argc, char **argv)
{
	bool set[1] = {false};
	int code = 0;

	if (!take_options(&argc, &argv, "p", set))
		return 1;
	for (int i = 1; i < argc; i++) {
		if (set[0] && make_parents(argv[i]) < 0)
			code = complain("mkdir", argv[i]);
		else if (mkdir(argv[i], 0777) < 0 && !(set[0] && errno == EEXIST))
			code = complain("mkdir", argv[i]);
	}
	return code;
}

static int copy_file(const char *from, const char *to, const struct stat *stat)
{
	int in = open(from, O_RDONLY);
	int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC, stat->st_mode & 0777);
	int code = out < 0 || copy_bytes(in, out) < 0 ? complain("cp", out < 0 && in >= 0 ? to : from)
						      : 0;

	if (in >= 0)
		(void)close(in);
	if (out >= 0 && close(out) < 0)
		code = complain("cp", to);
	return code;
}

static int copy_link(const char *from, const char *to)
{
	char target[PATH_MAX];
	ssize_t size = readlink(from, target, sizeof target - 1);

	if (size < 0)
		return complain("cp", from);
	target[size] = '\0';
	return symlink(target, to) < 0 ? complain("cp", to) : 0;
}

static void keep_meta(const char *path, const struct stat *stat)
{
	const struct timespec times[] = {stat->st_atim, stat->st_mtim};

	/* As much as we may: cp -a of another's file by a user changes its owner. */
	(void)!lchown(path, stat->st_uid, stat->st_gid);
	if (!S_ISLNK(stat->st_mode))
		(void)chmod(path, stat->st_mode & 07777);
	(void)utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW);
}

static int copy_tree(const char *from, const char *to, bool recursive, bool archive)
{
	char below_from[PATH_MAX];
	char below_to[PATH_MAX];
	struct stat info;
	char **names;
	int code = 0;

	if ((recursive ? lstat(from, &info) : stat(from, &info)) < 0)
		return complain("cp", from);
	if (S_ISLNK(info.st_mode)) {
		code = copy_link(from, to);
	} else if (!S_ISDIR(info.st_mode)) {
		code = copy_file(from, to, &info);
	} else if (!recursive) {
		errno = EISDIR;
		return complain("cp", from);
	} else {
		if (mkdir(to, info.st_mode & 0777) < 0 && errno != EEXIST)
			return complain("cp", to);
		names = read_folder(from, true);
		if (!names)
			return complain("cp", from);
		for (size_t i = 0; names[i]; i++) {
			if (is_dot(names[i]))
				continue;
			join(below_from, from, names[i]);
			join(below_to, to, names[i]);
			code |= copy_tree(below_from, below_to, true, archive);
		}
		free_names(names);
	}
	if (archive && code == 0)
		keep_meta(to, &info);
	return code;
}

static bool is_folder(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Where a source goes: into a folder under its own name, or to the name given. */
static const char *place(char *out, const char *from, const char *to)
{
	char name[PATH_MAX];
	char *slash;

	if (!is_folder(to))
		return to;
	(void)snprintf(name, sizeof name, "%s", from);
	while ((slash = strrchr(name, '/')) && !slash[1] && slash != name)
		*slash = '\0';
	join(out, to, slash ? slash + 1 : name);
	return out;
}

static bool enough(int argc, char **argv)
{
	if (argc < 3 || (argc > 3 && !is_folder(argv[argc - 1]))) {
		(void)fprintf(stderr, "usage: %s SOURCE… TARGET\n", argv[0]);
		return false;
	}
	return true;
}

int cp_main(int argc, char **argv)
{
	bool set[5] = {false};
	char path[PATH_MAX];
	int code = 0;

	if (!take_options(&argc, &argv, "rRapf", set) || !enough(argc, argv))
		return 1;
	for (int i = 1; i < argc - 1; i++)
		code |= copy_tree(argv[i], place(path, argv[i], argv[argc - 1]),
				  set[0] || set[1] || set[2], set[2] || set[3]);
	return code;
}

static int remove_tree(const char *path, bool recursive, bool force)
{
	char below[PATH_MAX];
	struct stat info;
	char **names;
	int code = 0;

	if (lstat(path, &info) < 0)
		return force && errno == ENOENT ? 0 : complain("rm", path);
	if (!S_ISDIR(info.st_mode))
		return unlink(path) < 0 ? complain("rm", path) : 0;
	if (!recursive) {
		errno = EISDIR;
		return complain("rm", path);
	}
	names = read_folder(path, true);
	if (!names)
		return complain("rm", path);
	for (size_t i = 0; names[i]; i++) {
		if (is_dot(names[i]))
			continue;
		join(below, path, names[i]);
		code |= remove_tree(below, true, force);
	}
	free_names(names);
	return code | (rmdir(path) < 0 ? complain("rm", path) : 0);
}

int rm_main(int argc, char **argv)
{
	bool set[3] = {false};
	int code = 0;

	if (!take_options(&argc, &argv, "rRf", set))
		return 1;
	for (int i = 1; i < argc; i++)
		code |= remove_tree(argv[i], set[0] || set[1], set[2]);
	return code;
}

int mv_main(int argc, char **argv)
{
	bool set[1] = {false};
	char path[PATH_MAX];
	int code = 0;

	if (!take_options(&argc, &argv, "f", set) || !enough(argc, argv))
		return 1;
	for (int i = 1; i < argc - 1; i++) {
		const char *to = place(path, argv[i], argv[argc - 1]);

		if (rename(argv[i], to) == 0)
			continue;
		/* A folder of a lower layer can't be renamed. */
		if (errno != EXDEV)
			code |= complain("mv", argv[i]);
		else if (copy_tree(argv[i], to, true, true) == 0)
			code |= remove_tree(argv[i], true, false);
		else
			code = 1;
	}
	return code;
}

int ln_main(int argc, char **argv)
{
	bool set[2] = {false};
	char path[PATH_MAX];
	const char *to;

	if (!take_options(&argc, &argv, "sf", set) || !enough(argc, argv))
		return 1;
	to = place(path, argv[1], argv[argc - 1]);
	if (set[1])
		(void)unlink(to);
	if ((set[0] ? symlink(argv[1], to) : link(argv[1], to)) < 0)
		return complain("ln", to);
	return 0;
}

int touch_main(int argc, char **argv)
{
	int code = 0;

	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_WRONLY | O_CREAT, 0666);

		if (fd >= 0)
			(void)close(fd);
		if (utimensat(AT_FDCWD, argv[i], NULL, 0) < 0)
			code = complain("touch", argv[i]);
	}
	return code;
}

/* [ugoa]*[+-=][rwxst]* */
static bool symbolic_mode(const char *text, mode_t *mode)
{
	size_t who_size = strspn(text, "ugoa");
	char operator = text[who_size];
	mode_t who = who_size == 0 ? 0777 : 0;
	mode_t bits = 0;

	for (size_t i = 0; i < who_size; i++)
		who |= text[i] == 'u' ? 0700 : text[i] == 'g' ? 070 : text[i] == 'o' ? 07 : 0777;
	for (const char *at = text + who_size + 1; operator && *at; at++) {
		if (!strchr("rwx", *at))
			return false;
		bits |= *at == 'r' ? 0444 : *at == 'w' ? 0222 : 0111;
	}
	if (operator == '+')
		*mode |= bits & who;
	else if (operator == '-')
		*mode &= ~(bits & who);
	else if (operator == '=')
		*mode = (*mode & ~who) | (bits & who);
	else
		return false;
	return true;
}

int chmod_main(int argc, char **argv)
{
	int code = 0;

	for (int i = 2; i < argc; i++) {
		struct stat info;
		char *end;
		mode_t mode = (mode_t)strtoul(argv[1], &end, 8);

		if (stat(argv[i], &info) < 0)
			code = complain("chmod", argv[i]);
		if (*end) {
			mode = info.st_mode & 07777;
			if (!symbolic_mode(argv[1], &mode)) {
				(void)fprintf(stderr, "chmod: mode %s is not understood\n", argv[1]);
				return 1;
			}
		}
		if (chmod(argv[i], mode) < 0)
			code = complain("chmod", argv[i]);
	}
	return code;
}

static int count_file(const char *path, const bool *set)
{
	FILE *file = path ? fopen(path, "r") : stdin;
	unsigned long counts[3] = {0};
	bool in_word = false;
	int letter;

	if (!file)
		return complain("wc", path);
	while ((letter = getc(file)) != EOF) {
		bool space = letter == ' ' || letter == '\n' || letter == '\t';

		counts[0] += letter == '\n';
		counts[1] += !space && !in_word;
		counts[2]++;
		in_word = !space;
	}
	for (int i = 0; i < 3; i++) {
		if (set[i])
			(void)printf("%lu ", counts[i]);
	}
	(void)puts(path ? path : "");
	if (path)
		(void)fclose(file);
	return 0;
}

int wc_main(int argc, char **argv)
{
	bool set[3] = {false};
	int code = 0;

	if (!take_options(&argc, &argv, "lwc", set))
		return 1;
	if (!set[0] && !set[1] && !set[2])
		set[0] = set[1] = set[2] = true;
	if (argc == 1)
		return count_file(NULL, set);
	for (int i = 1; i < argc; i++)
		code |= count_file(argv[i], set);
	return code;
}
