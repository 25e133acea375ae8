/*
 * Removes a tree that somebody hostile may have made: every folder is opened from its parent
 * without following links, and one that lies too deep is first moved to the top.
 */
#include "shim.h"
#include "state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 64 };

struct removal {
	int top;
	unsigned serial;
	bool moved;
	bool failed;
};

static void clear(struct removal *removal, int folder, int depth);

static void move_to_top(struct removal *removal, int folder, const char *name)
{
	char fresh[64];

	do
		(void)snprintf(fresh, sizeof fresh, ".removed-%u", removal->serial++);
	while (faccessat(removal->top, fresh, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	if (renameat(folder, name, removal->top, fresh) < 0)
		removal->failed = true;
	else
		removal->moved = true;
}

static void clear_entry(struct removal *removal, int folder, const char *name, int depth)
{
	int below;

	if (unlinkat(folder, name, 0) == 0 || (errno != EISDIR && errno != EPERM))
		return;
	if (depth == DEPTH) {
		move_to_top(removal, folder, name);
		return;
	}
	below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below >= 0)
		clear(removal, below, depth + 1);
	if (unlinkat(folder, name, AT_REMOVEDIR) < 0 && errno != ENOENT)
		removal->failed = true;
}

/* Closes the folder. */
static void clear(struct removal *removal, int folder, int depth)
{
	DIR *entries = fdopendir(folder);
	const struct dirent *entry;

	if (!entries) {
		(void)close(folder);
		removal->failed = true;
		return;
	}
	while ((entry = readdir(entries))) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			clear_entry(removal, dirfd(entries), entry->d_name, depth);
	}
	(void)closedir(entries);
}

bool remove_tree(int folder, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	cleanup_fd int top = openat(folder, name, flags);
	struct removal removal = {.top = top};

	if (top < 0)
		return unlinkat(folder, name, 0) == 0 || errno == ENOENT;
	do {
		int again = openat(top, ".", flags);

		removal.moved = removal.failed = false;
		if (again < 0)
			return false;
		clear(&removal, again, 0);
	} while (removal.moved);
	return unlinkat(folder, name, AT_REMOVEDIR) == 0;
}
