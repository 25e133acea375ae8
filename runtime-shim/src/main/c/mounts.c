/* What is mounted into the sandbox beside its root, in the plan's order. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define TREE_CLONE 0x1U
#define TREE_RECURSIVE 0x8000U
#define ATTR_RDONLY 0x1U
#define ATTR_NOSUID 0x2U
#define ATTR_NODEV 0x4U
#define ATTR_NOEXEC 0x8U
#define PROC_MAGIC 0x9fa0
#ifndef TIOCGPTPEER
#define TIOCGPTPEER 0x5441
#endif

/* Files in /proc that are covered on purpose, as lxcfs does; nothing else there may be. */
static const char *const PROC_TARGETS[] = {
	"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat",
	"/proc/swaps",   "/proc/uptime",    "/proc/loadavg", "/proc/slabinfo",
};

/* What is mounted over the first path of its kind, and cloned for all others. */
struct masks {
	int null;  /* /dev/null */
	int empty; /* an empty folder */
};

/* -1 with errno when the kernel refuses it as a whole; what is wrong with an option ends us. */
static int fs_try(const char *step, const char *type, const char *options, uint32_t attrs)
{
	cleanup_fd int fs = sys_fsopen(type);
	char text[1024];
	char *rest = text;
	char *option;

	/* The source is only for who lists mounts. */
	if (fs < 0 || sys_fs_string(fs, "source", type) < 0)
		return -1;
	(void)snprintf(text, sizeof text, "%s", options);
	while ((option = strsep(&rest, ","))) {
		char *value = strchr(option, '=');
		int done;

		if (!*option)
			continue;
		if (value)
			*value++ = '\0';
		done = value ? sys_fs_string(fs, option, value) : sys_fs_flag(fs, option);
		if (done < 0)
			die(step, "%s option %s", type, option);
	}
	return sys_fs_mount(fs, attrs);
}

int fs_mount(const char *step, const char *type, const char *options, uint32_t attrs)
{
	int tree = fs_try(step, type, options, attrs);

	if (tree < 0)
		die(step, "%s", type);
	return tree;
}

/*
 * An ordinary user gets no sysfs beside the host's network, and no proc where parts of it are hidden, as in a
 * container. What the host shows at that place is no secret to that user; creds_fence() keeps apart the sandboxes that
 * are to be seen there.
 */
static int fs_or_host(const struct mount_op *op)
{
	int tree = fs_try("mount", op->source, op->options, op->attrs);

	if (tree >= 0 || errno != EPERM)
		return tree;
	tree = sys_open_tree(AT_FDCWD, op->target, TREE_CLONE | TREE_RECURSIVE);
	if (tree >= 0 && sys_mount_attr(tree, true, op->attrs, MS_PRIVATE) < 0)
		close_fdp(&tree);
	return tree;
}

static bool has_source(const struct mount_op *op)
{
	return op->kind == MOUNT_BIND || op->kind == MOUNT_OVERLAY || op->kind == MOUNT_CONTENT;
}

static int open_source(const struct mount_op *op)
{
	if (op->kind == MOUNT_OVERLAY)
		return prepare_overlay(op);
	if (op->kind == MOUNT_CONTENT)
		return prepare_content(op, staging_folder());
	if (op->options[0])
		return prepare_part(op);
	return sys_open_tree(AT_FDCWD, op->source, TREE_CLONE | TREE_RECURSIVE);
}

void mounts_open_shared(struct plan *plan)
{
	for (size_t i = 0; i < plan->mount_count; i++) {
		struct mount_op *op = &plan->mounts[i];

		if (!(op->flags & MOUNT_SHARED) || op->kind != MOUNT_BIND)
			continue;
		op->tree = open_source(op);
		if (op->tree < 0)
			die("mount", "%s", op->source);
	}
}

static uint64_t propagation(const struct mount_op *op)
{
	return op->flags & MOUNT_SHARED ? MS_SHARED : op->flags & MOUNT_SLAVE ? MS_SLAVE : MS_PRIVATE;
}

static void map_ids(const struct mount_op *maps, int tree)
{
	cleanup_fd int userns = idmap_namespace(maps->source, maps->options);

	if (userns < 0 || sys_mount_idmap(tree, userns) < 0)
		die("mount", "idmap on %s (this kernel or this file system may not know it)",
		    maps->target);
}

/* Before anything is mounted: a later mount must not change what a source means. */
void mounts_open_sources(struct plan *plan)
{
	for (size_t i = 0; i < plan->mount_count; i++) {
		struct mount_op *op = &plan->mounts[i];
		uint64_t attrs = op->attrs;
		struct stat stat;

		if (!has_source(op))
			continue;
		if (op->tree < 0)
			op->tree = open_source(op);
		if (op->tree < 0 || fstat(op->tree, &stat) < 0)
			die("mount", "%s", op->source);
		op->folder = S_ISDIR(stat.st_mode);
		if (!(plan->flags & FLAG_DEVICES) && !S_ISCHR(stat.st_mode) &&
		    !S_ISBLK(stat.st_mode))
			attrs |= ATTR_NODEV;
		if (sys_mount_attr(op->tree, true, attrs, propagation(op)) < 0)
			die("mount", "attributes of %s", op->source);
		if (i > 0 && plan->mounts[i - 1].kind == MOUNT_IDMAP)
			map_ids(&plan->mounts[i - 1], op->tree);
	}
}

bool mounts_cover(const struct plan *plan, size_t count, const char *path)
{
	for (size_t i = 0; i < count; i++) {
		const struct mount_op *op = &plan->mounts[i];

		if ((has_source(op) || op->kind == MOUNT_FS) && is_below(path, op->resolved))
			return true;
	}
	return false;
}

static void refuse_proc(int target, const struct mount_op *op)
{
	struct statfs fs;

	if (fstatfs(target, &fs) < 0)
		die("mount", "statfs %s", op->target);
	if (fs.f_type != PROC_MAGIC)
		return;
	for (size_t i = 0; i < sizeof PROC_TARGETS / sizeof *PROC_TARGETS; i++) {
		if (strcmp(op->target, PROC_TARGETS[i]) == 0 &&
		    strcmp(op->resolved, op->target) == 0)
			return;
	}
	die_code(EXIT_SHIM, "mount", "%s is inside /proc", op->target);
}

static void refuse_other_type(int target, const struct mount_op *op)
{
	struct stat stat;

	if (fstat(target, &stat) < 0)
		die("mount", "%s", op->target);
	if (S_ISDIR(stat.st_mode) != op->folder)
		die_code(EXIT_SHIM, "mount",
			 op->folder ? "%s is not a folder in the image"
				    : "%s is a folder in the image, what is mounted on it a file",
			 op->target);
}

static int open_target(const struct plan *plan, size_t index, int root)
{
	struct mount_op *op = &plan->mounts[index];
	int found = resolve_beneath(root, op->target, op->resolved);
	int target;

	if (found < 0)
		die("mount", "%s", op->target);
	/* All mount points in the root are there by now, but for one that a link in another mount leads to. */
	if (!found && !mounts_cover(plan, index, op->resolved))
		die_code(EXIT_SHIM, "mount", "%s: symbolic links lead to %s, which is not there",
			 op->target, op->resolved);
	if ((op->flags & MOUNT_STRICT) && strcmp(op->resolved, op->target) != 0)
		die_code(EXIT_SHIM, "mount", "%s is a symbolic link in the image", op->target);
	if (strcmp(op->resolved, "/") == 0)
		die_code(EXIT_SHIM, "mount", "%s is the root folder", op->target);
	target = create_beneath(root, op->resolved, op->folder);
	if (target < 0)
		die("mount", "mount point %s", op->target);
	refuse_proc(target, op);
	refuse_other_type(target, op);
	return target;
}

static void mount_tree(const struct plan *plan, size_t index, int root, int tree)
{
	cleanup_fd int target = open_target(plan, index, root);

	if (sys_move_mount(tree, target) < 0)
		die("mount", "%s", plan->mounts[index].target);
}

static void make_link(const struct mount_op *op, int root)
{
	cleanup_fd int folder = -1;
	char parent[PATH_MAX];
	char *slash;

	(void)snprintf(parent, sizeof parent, "%s", op->target);
	slash = strrchr(parent, '/');
	*slash = '\0';
	folder = open_beneath(root, parent[0] ? parent : "/", O_PATH | O_DIRECTORY);
	if (folder < 0 || (symlinkat(op->source, folder, slash + 1) < 0 && errno != EEXIST))
		die("mount", "link %s", op->target);
}

static int clone_of(int tree)
{
	int clone = sys_open_tree(tree, "", TREE_CLONE | AT_EMPTY_PATH);

	if (clone < 0)
		die("mask", "open_tree");
	return clone;
}

static void mask_path(const struct mount_op *op, int root, struct masks *masks)
{
	cleanup_fd int target = open_beneath(root, op->target, O_PATH | O_NOFOLLOW);
	cleanup_fd int tree = -1;
	struct stat stat;
	int *mask;

	if (target < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	if (target < 0 || fstat(target, &stat) < 0)
		die("mask", "%s", op->target);
	mask = S_ISDIR(stat.st_mode) ? &masks->empty : &masks->null;
	if (*mask >= 0)
		tree = clone_of(*mask);
	else if (S_ISDIR(stat.st_mode))
		*mask = fs_mount("mask", "tmpfs", "nr_blocks=1,nr_inodes=1",
				 ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC);
	else
		*mask = sys_open_tree(AT_FDCWD, "/dev/null", TREE_CLONE);
	/* The first is mounted itself: the end of a tree that is mounted nowhere is waited for by the kernel. */
	if (sys_move_mount(tree >= 0 ? tree : *mask, target) < 0)
		die("mask", "%s", op->target);
}

static void make_readonly(const struct mount_op *op, int root)
{
	cleanup_fd int target = open_beneath(root, op->target, O_PATH | O_NOFOLLOW);
	cleanup_fd int tree = -1;

	if (target < 0 && (errno == ENOENT || errno == ENOTDIR))
		return;
	if (target >= 0)
		tree = sys_open_tree(target, "", TREE_CLONE | TREE_RECURSIVE | AT_EMPTY_PATH);
	if (tree < 0 || sys_mount_attr(tree, true, ATTR_RDONLY, MS_PRIVATE) < 0 ||
	    sys_move_mount(tree, target) < 0)
		die("readonly", "%s", op->target);
}

static void set_sysctl(const struct mount_op *op, int root)
{
	cleanup_fd int file = open_beneath(root, op->target, O_WRONLY);

	if (file < 0 || !write_all(file, op->source, strlen(op->source)))
		die("sysctl", "%s = %s", op->target, op->source);
}

static void make_one(const struct plan *plan, size_t index, int root, struct masks *masks)
{
	struct mount_op *op = &plan->mounts[index];
	cleanup_fd int tree = -1;

	switch (op->kind) {
	case MOUNT_BIND:
	case MOUNT_OVERLAY:
	case MOUNT_CONTENT:
		mount_tree(plan, index, root, op->tree);
		close_fdp(&op->tree);
		return;
	case MOUNT_FS:
		tree = op->flags & MOUNT_OR_BIND
			       ? fs_or_host(op)
			       : fs_mount("mount", op->source, op->options, op->attrs);
		/* Nothing to show there, as /dev/mqueue on a host that does not mount it. */
		if (tree < 0 && errno == ENOENT && op->flags & MOUNT_OR_BIND)
			return;
		if (tree < 0)
			die("mount", "%s", op->target);
		mount_tree(plan, index, root, tree);
		return;
	case MOUNT_IDMAP:
		return;
	case MOUNT_LINK:
		make_link(op, root);
		return;
	case MOUNT_MASK:
		mask_path(op, root, masks);
		return;
	case MOUNT_READONLY:
		make_readonly(op, root);
		return;
	case MOUNT_SYSCTL:
		set_sysctl(op, root);
		return;
	case MOUNT_DEVICES:
		tree = open_beneath(root, op->target, O_RDONLY | O_DIRECTORY);
		if (tree < 0)
			die("devices", "%s", op->target);
		devices_copy(tree);
		return;
	}
	die_code(EXIT_SHIM, "mount", "unknown kind %d", (int)op->kind);
}

void mounts_make(struct plan *plan, int root)
{
	struct masks masks = {.null = -1, .empty = -1};

	for (size_t i = 0; i < plan->mount_count; i++)
		make_one(plan, i, root, &masks);
	close_fdp(&masks.null);
	close_fdp(&masks.empty);
}

/* Returns the other end; its number among the terminals in *number. */
static int open_terminal(int master, const struct winsize *size, uid_t owner, int *number)
{
	const int unlock = 0;
	int slave;

	if (master < 0 || sys_ioctl(master, TIOCSPTLCK, &unlock) < 0 ||
	    sys_ioctl(master, TIOCGPTN, number) < 0)
		die("console", "/dev/pts/ptmx");
	slave = (int)syscall(SYS_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		die("console", "open");
	/* Neither is worth failing for: a size of 0x0, an owner root. */
	(void)sys_ioctl(slave, TIOCSWINSZ, size);
	(void)fchown(slave, owner, (gid_t)-1);
	return slave;
}

static void send_master(int socket, int master)
{
	if (!send_fds(socket, &master, 1, "", 1))
		die("console", "send");
}

int console_join(int root, int socket, const struct winsize *size, uid_t owner)
{
	cleanup_fd int master = open_beneath(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	int number = 0;
	int slave = open_terminal(master, size, owner, &number);

	send_master(socket, master);
	return slave;
}

int console_open(int root, int socket, const struct winsize *size, uid_t owner)
{
	cleanup_fd int master = open_beneath(root, "/dev/pts/ptmx", O_RDWR | O_NOCTTY);
	cleanup_fd int place = -1;
	cleanup_fd int tree = -1;
	int number = 0;
	int slave = open_terminal(master, size, owner, &number);
	char path[64];

	(void)snprintf(path, sizeof path, "/dev/pts/%d", number);
	place = create_beneath(root, "/dev/console", false);
	tree = open_beneath(root, path, O_PATH | O_NOFOLLOW);
	if (tree >= 0) {
		int clone = sys_open_tree(tree, "", TREE_CLONE | AT_EMPTY_PATH);

		(void)close(tree);
		tree = clone;
	}
	if (place < 0 || tree < 0 || sys_move_mount(tree, place) < 0)
		die("console", "/dev/console");
	send_master(socket, master);
	return slave;
}
