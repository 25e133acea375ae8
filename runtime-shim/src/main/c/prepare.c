/* Mounts that are made from something before the root stands: files with given content, merged folders, parts of a folder. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define TREE_CLONE 0x1U
#define TREE_RECURSIVE 0x8000U
#define ATTR_NOSUID 0x2U
#define ATTR_NODEV 0x4U
#define IN_ROOT 0x10U
#define NO_MAGICLINKS 0x2U

static void put_string(int fs, const char *key, const char *value)
{
	if (sys_fs_string(fs, key, value) < 0)
		die("mount", "overlay option %s=%s", key, value);
}

/* A path of any length as an option: through the open folder. The fd stays open until exec. */
static void put_folder(int fs, const char *key, const char *path)
{
	char name[64];
	int folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		die("mount", "open %s", path);
	(void)snprintf(name, sizeof name, "/proc/self/fd/%d", folder);
	put_string(fs, key, name);
}

/* The source has one folder a line, top one first; the options an upper and a work folder. */
int prepare_overlay(const struct mount_op *op)
{
	cleanup_fd int fs = sys_fsopen("overlay");
	char *lowers = strdup(op->source);
	char *options = strdup(op->options);
	char *rest = lowers;
	char *path;
	int tree;

	if (fs < 0 || !lowers || !options || sys_fs_string(fs, "source", "overlay") < 0)
		die("mount", "overlay on %s", op->target);
	while ((path = strsep(&rest, "\n")))
		put_folder(fs, "lowerdir+", path);
	rest = options;
	path = strsep(&rest, "\n");
	if (rest) {
		put_folder(fs, "upperdir", path);
		put_folder(fs, "workdir", rest);
	}
	if (!(op->flags & MOUNT_USERNS))
		put_string(fs, "redirect_dir", "off");
	else if (sys_fs_flag(fs, "userxattr") < 0)
		die("mount", "overlay option userxattr on %s", op->target);
	put_string(fs, "metacopy", "off");
	put_string(fs, "index", "off");
	tree = sys_fs_mount(fs, op->attrs | ATTR_NODEV);
	if (tree < 0)
		die("mount", "overlay on %s", op->target);
	free(lowers);
	free(options);
	return tree;
}

static int nibble(char digit)
{
	return digit <= '9' ? digit - '0' : digit - 'a' + 10;
}

static void write_hex(int file, const char *hex, const char *target)
{
	char block[4096];

	while (*hex) {
		size_t size = 0;

		for (; size < sizeof block && hex[0] && hex[1]; hex += 2)
			block[size++] = (char)(nibble(hex[0]) << 4 | nibble(hex[1]));
		if (size == 0 || !write_all(file, block, size))
			die("mount", "content of %s", target);
	}
}

/* The options are uid, gid, mode (decimal) and the bytes in hexadecimal digits. */
int prepare_content(const struct mount_op *op, const char *staging)
{
	cleanup_fd int memory = fs_mount("mount", "tmpfs", "mode=700", ATTR_NOSUID | ATTR_NODEV);
	cleanup_fd int place = open(staging, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int file = -1;
	char *at = NULL;
	uid_t uid = (uid_t)strtoul(op->options, &at, 10);
	gid_t gid = (gid_t)strtoul(at, &at, 10);
	mode_t mode = (mode_t)strtoul(at, &at, 10);
	int tree;

	/* Attached for a moment: older kernels make no clone of a part of what is attached nowhere. */
	if (place < 0 || sys_move_mount(memory, place) < 0)
		die("mount", "memory for %s", op->target);
	file = openat(memory, "content", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
	if (file < 0)
		die("mount", "content of %s", op->target);
	write_hex(file, at + 1, op->target);
	if (fchown(file, uid, gid) < 0 || fchmod(file, mode) < 0)
		die("mount", "owner of %s", op->target);
	tree = sys_open_tree(memory, "content", TREE_CLONE);
	if (tree < 0 || umount2(staging, MNT_DETACH) < 0)
		die("mount", "content of %s", op->target);
	return tree;
}

/* What lies at a path below the source, whose links lead nowhere else. */
int prepare_part(const struct mount_op *op)
{
	cleanup_fd int folder = open(op->source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	cleanup_fd int part = folder < 0 ? -1 : sys_openat2(folder, op->options, O_PATH, IN_ROOT | NO_MAGICLINKS);

	if (part < 0)
		die("mount", "%s: %s", op->target, op->options);
	return sys_open_tree(part, "", TREE_CLONE | TREE_RECURSIVE | AT_EMPTY_PATH);
}
