/*
 * Paths below the sandbox's root. The image and its volumes are hostile: every name may be a
 * symbolic link to anywhere, and volumes may change while we look. So a path is first written out
 * without links, each seen as inside the root, and then opened by openat2, which refuses links.
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESOLVE_NO_MAGICLINKS 0x02U
#define RESOLVE_NO_SYMLINKS 0x04U
#define RESOLVE_IN_ROOT 0x10U

enum { MAX_LINKS = 40 };

int open_beneath(int root, const char *path, int flags)
{
	return sys_openat2(root, path, flags,
			   RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
}

bool is_below(const char *path, const char *folder)
{
	size_t size = strlen(folder);

	return strncmp(path, folder, size) == 0 && (path[size] == '/' || path[size] == '\0');
}

/* Puts the text of a link before what is left of the path. */
static int splice_link(int link, char *rest, char *out, size_t parent)
{
	char text[PATH_MAX];
	char joined[PATH_MAX];
	ssize_t size = readlinkat(link, "", text, sizeof text - 1);

	if (size < 0)
		return -1;
	text[size] = '\0';
	if ((size_t)size + strlen(rest) + 2 > PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	(void)snprintf(joined, sizeof joined, "%.*s/%.*s", (int)size, text,
		       (int)(PATH_MAX - 2 - size), rest);
	memcpy(rest, joined, strlen(joined) + 1);
	out[text[0] == '/' ? 0 : parent] = '\0';
	return 0;
}

/* Takes the next name off the rest of a path; NULL at its end. */
static char *take_name(char **rest)
{
	char *name = *rest + strspn(*rest, "/");
	size_t size = strcspn(name, "/");

	if (size == 0)
		return NULL;
	*rest = name + size;
	if (**rest == '/') {
		**rest = '\0';
		*rest += 1;
	}
	return name;
}

static bool append(char *out, const char *name)
{
	size_t used = strlen(out);

	if (used + strlen(name) + 2 > PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	out[used] = '/';
	memcpy(out + used + 1, name, strlen(name) + 1);
	return true;
}

/* One step of the walk: 1 found, 0 missing, -1 error. *again: a link was put before the rest. */
static int walk_name(int root, char *out, const char *name, char *rest, bool *again)
{
	size_t parent = strlen(out);
	struct stat stat;
	cleanup_fd int fd = -1;

	*again = false;
	if (!append(out, name))
		return -1;
	fd = open_beneath(root, out, O_PATH | O_NOFOLLOW);
	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &stat) < 0)
		return -1;
	if (!S_ISLNK(stat.st_mode))
		return 1;
	*again = true;
	return splice_link(fd, rest, out, parent) < 0 ? -1 : 1;
}

int resolve_beneath(int root, const char *path, char *out)
{
	char rest[PATH_MAX];
	char *at = rest;
	char *name;
	int links = 0;
	int found = 1;

	(void)snprintf(rest, sizeof rest, "%s", path);
	out[0] = '\0';
	while ((name = take_name(&at))) {
		bool again = false;
		char left[PATH_MAX];

		if (strcmp(name, ".") == 0)
			continue;
		if (strcmp(name, "..") == 0) {
			char *slash = strrchr(out, '/');

			if (slash)
				*slash = '\0';
			continue;
		}
		if (found == 0) {
			if (!append(out, name))
				return -1;
			continue;
		}
		(void)snprintf(left, sizeof left, "%s", at);
		found = walk_name(root, out, name, left, &again);
		if (found < 0)
			return -1;
		if (again && ++links > MAX_LINKS) {
			errno = ELOOP;
			return -1;
		}
		if (again) {
			memcpy(rest, left, strlen(left) + 1);
			at = rest;
		}
	}
	if (out[0] == '\0')
		memcpy(out, "/", 2);
	return found;
}

/* Opens the folder that holds the last name; *name points to that. */
static int open_parent(int root, const char *path, const char **name)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t size = (size_t)(slash - path);

	memcpy(folder, path, size);
	folder[size] = '\0';
	*name = slash + 1;
	return open_beneath(root, size == 0 ? "/" : folder, O_PATH | O_DIRECTORY);
}

static int make_one(int root, const char *path, bool folder)
{
	const char *name;
	cleanup_fd int parent = open_parent(root, path, &name);
	int made;

	if (parent < 0)
		return -1;
	if (folder)
		return mkdirat(parent, name, 0755) < 0 && errno != EEXIST ? -1 : 0;
	made = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (made < 0)
		return errno == EEXIST ? 0 : -1;
	return close(made);
}

int create_beneath(int root, const char *path, bool folder)
{
	int fd = open_beneath(root, path, O_PATH | O_NOFOLLOW);
	char part[PATH_MAX];

	if (fd >= 0 || errno != ENOENT)
		return fd;
	for (const char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t size = (size_t)(slash - path);

		memcpy(part, path, size);
		part[size] = '\0';
		if (make_one(root, part, true) < 0)
			return -1;
	}
	if (make_one(root, path, folder) < 0)
		return -1;
	return open_beneath(root, path, O_PATH | O_NOFOLLOW);
}
