/* For privileged sandboxes: the host's device nodes, made anew in the sandbox's own /dev. */
#include "shim.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Folders that are file systems of their own, and what the sandbox has its own of. */
static const char *const SKIPPED[] = {".", "..", "pts", "shm", "mqueue", "fd", "console", "ptmx"};

static bool skipped(const char *name)
{
	for (size_t i = 0; i < sizeof SKIPPED / sizeof *SKIPPED; i++) {
		if (strcmp(name, SKIPPED[i]) == 0)
			return true;
	}
	return false;
}

static void copy_node(int to, const char *name, const struct stat *stat)
{
	if (mknodat(to, name, stat->st_mode, stat->st_rdev) < 0) {
		if (errno == EEXIST)
			return;
		die("devices", "mknod %s", name);
	}
	if (fchownat(to, name, stat->st_uid, stat->st_gid, 0) < 0 ||
	    fchmodat(to, name, stat->st_mode & 07777, 0) < 0)
		die("devices", "owner of %s", name);
}

static void copy_folder(int from, int to)
{
	DIR *folder = fdopendir(from);
	struct dirent *entry;

	if (!folder)
		die("devices", "open");
	while ((entry = readdir(folder))) {
		const char *name = entry->d_name;
		struct stat stat;

		/* Devices come and go: one that just went is none. */
		if (skipped(name) || fstatat(from, name, &stat, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISCHR(stat.st_mode) || S_ISBLK(stat.st_mode)) {
			copy_node(to, name, &stat);
		} else if (S_ISDIR(stat.st_mode)) {
			int below = openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			cleanup_fd int made = -1;

			if (below < 0)
				continue;
			if (mkdirat(to, name, 0755) < 0 && errno != EEXIST)
				die("devices", "mkdir %s", name);
			made = openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			if (made < 0)
				die("devices", "open %s", name);
			copy_folder(below, made);
		}
	}
	(void)closedir(folder);
}

void devices_copy(int folder)
{
	int host = open("/dev", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (host < 0)
		die("devices", "open /dev");
	copy_folder(host, folder);
}
