/*
 * The root file system: an overlay over the image's layers.
 *
 * Mount points that the image lacks must not be made in the upper folder, which becomes a layer.
 * They stand in a folder of stubs that is the bottom-most lower one, where whatever the image has
 * covers them. When the image hides a stub (an opaque folder, a symbolic link on the way), the
 * overlay is mounted once more with stubs on top of its layers, whose folders look like the
 * image's own.
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define ATTR_NODEV 0x4U

/* What fsconfig(2) takes as one string, with the NUL. */
enum { STRING_MAX = 256, PAGE = 4096 };

/* The kernel takes 500 lower folders; one is ours, or two. */
enum { LOWERS_MAX = 500 };

static const char *const OPTIONS[][2] = {
	{"metacopy", "off"},
	{"index", "off"},
	{"redirect_dir", "off"},
};

/* With userxattr the kernel follows no redirection, and refuses to be told. */
static size_t option_count(const struct plan *plan)
{
	return sizeof OPTIONS / sizeof *OPTIONS - (plan->flags & FLAG_USERNS ? 1 : 0);
}

struct layers {
	struct plan *plan;
	int base;   /* folder that holds the two of stubs */
	int top;    /* -1, or the stubs over the layers */
	int bottom;
	const char *work; /* name of the work folder below the plan's */
};

static int open_folder(int dir, const char *path)
{
	int fd = openat(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		die("rootfs", "open %s", path);
	return fd;
}

static int make_folder(int dir, const char *name)
{
	if (mkdirat(dir, name, 0755) < 0 && errno != EEXIST)
		die("rootfs", "mkdir %s", name);
	return open_folder(dir, name);
}

/* A name that always fits: through the open file when the path is too long. The fd stays open. */
static const char *short_name(const char *path, char *out, bool always)
{
	if (!always && strlen(path) < STRING_MAX)
		return path;
	(void)snprintf(out, 64, "/proc/self/fd/%d", open_folder(AT_FDCWD, path));
	return out;
}

static const char *fd_name(int fd, char *out)
{
	(void)snprintf(out, 64, "/proc/self/fd/%d", fd);
	return out;
}

static void set(int fs, const char *key, const char *value)
{
	if (sys_fs_string(fs, key, value) < 0)
		die("rootfs", "overlay option %s=%s", key, value);
}

/* False: this kernel's overlay does not know lowerdir+ (before 6.5). */
static bool add_lowers(int fs, const struct layers *layers)
{
	const struct plan *plan = layers->plan;
	char name[64];

	if (layers->top >= 0)
		set(fs, "lowerdir+", fd_name(layers->top, name));
	for (size_t i = plan->lower_count; i > 0; i--) {
		const char *path = short_name(plan->lowers[i - 1], name, false);

		if (sys_fs_string(fs, "lowerdir+", path) == 0)
			continue;
		if (errno == EINVAL && i == plan->lower_count && layers->top < 0)
			return false;
		die("rootfs", "layer %s", plan->lowers[i - 1]);
	}
	set(fs, "lowerdir+", fd_name(layers->bottom, name));
	return true;
}

/* Mounts by the new interface, attached nowhere; -1 when the kernel is too old for it. */
static int overlay_new(const struct layers *layers)
{
	const struct plan *plan = layers->plan;
	cleanup_fd int fs = sys_fsopen("overlay");
	char name[64];
	int root;

	if (fs < 0 || sys_fs_string(fs, "source", "overlay") < 0)
		die("rootfs", "overlay");
	if ((plan->flags & FLAG_OLD_OVERLAY) || !add_lowers(fs, layers))
		return -1;
	if (plan->upper) {
		cleanup_fd int work = make_folder(layers->base, layers->work);

		set(fs, "upperdir", short_name(plan->upper, name, false));
		set(fs, "workdir", fd_name(work, name));
	}
	for (size_t i = 0; i < option_count(plan); i++)
		set(fs, OPTIONS[i][0], OPTIONS[i][1]);
	if ((plan->flags & FLAG_USERNS) && sys_fs_flag(fs, "userxattr") < 0)
		die("rootfs", "overlay option userxattr: Linux 5.11 or later is needed");
	if (plan->upper && (plan->flags & FLAG_VOLATILE) && sys_fs_flag(fs, "volatile") < 0)
		die("rootfs", "overlay option volatile");
	root = sys_fs_mount(fs, plan->flags & FLAG_DEVICES ? 0 : ATTR_NODEV);
	if (root < 0)
		die("rootfs", "overlay of %zu layers", plan->lower_count);
	return root;
}

static void add_option(char *options, const char *before, const char *text)
{
	size_t used = strlen(options);

	/* A longer list would be cut silently by the kernel. */
	if (used + strlen(before) + strlen(text) + 1 > PAGE - 1)
		die_code(EXIT_SHIM, "rootfs", "too many layers for this kernel's overlay");
	(void)snprintf(options + used, PAGE - used, "%s%s", before, text);
}

/* Mounts by mount(2), on the staging folder. */
static int overlay_old(const struct layers *layers, const char *staging)
{
	const struct plan *plan = layers->plan;
	char options[PAGE] = "";
	char name[64];
	const char *before = "lowerdir=";

	if (layers->top >= 0) {
		add_option(options, before, fd_name(layers->top, name));
		before = ":";
	}
	for (size_t i = plan->lower_count; i > 0; i--) {
		add_option(options, before, short_name(plan->lowers[i - 1], name, true));
		before = ":";
	}
	add_option(options, before, fd_name(layers->bottom, name));
	if (plan->upper) {
		add_option(options, ",upperdir=", short_name(plan->upper, name, true));
		add_option(options, ",workdir=",
			   fd_name(make_folder(layers->base, layers->work), name));
	}
	for (size_t i = 0; i < option_count(plan); i++) {
		add_option(options, ",", OPTIONS[i][0]);
		add_option(options, "=", OPTIONS[i][1]);
	}
	if (plan->flags & FLAG_USERNS)
		add_option(options, ",", "userxattr");
	if (plan->upper && (plan->flags & FLAG_VOLATILE))
		add_option(options, ",", "volatile");
	if (mount("overlay", staging, "overlay", plan->flags & FLAG_DEVICES ? 0 : MS_NODEV,
		  options) < 0)
		die("rootfs", "overlay of %zu layers", plan->lower_count);
	return open_folder(AT_FDCWD, staging);
}

/* Any folder of the host does: it is covered only in our own mount namespace. */
const char *staging_folder(void)
{
	static const char *const FOLDERS[] = {"/tmp", "/mnt", "/run", "/var"};

	for (size_t i = 0; i < sizeof FOLDERS / sizeof *FOLDERS; i++) {
		if (access(FOLDERS[i], F_OK) == 0)
			return FOLDERS[i];
	}
	die_code(EXIT_SHIM, "rootfs", "the host has none of /tmp, /mnt, /run, /var");
}

static bool makes_target(const struct mount_op *op)
{
	return op->kind == MOUNT_BIND || op->kind == MOUNT_OVERLAY || op->kind == MOUNT_CONTENT ||
	       op->kind == MOUNT_FS || op->kind == MOUNT_DEVICES;
}

/* Best effort: what is wrong with a target is found out when it is looked up in the overlay. */
static void fill_bottom(const struct layers *layers)
{
	struct plan *plan = layers->plan;

	for (size_t i = 0; i < plan->mount_count; i++) {
		struct mount_op *op = &plan->mounts[i];

		(void)snprintf(op->resolved, PATH_MAX, "%s", op->target);
		if (makes_target(op) && !strstr(op->target, "..") &&
		    !mounts_cover(plan, i, op->target)) {
			cleanup_fd int fd = create_beneath(layers->bottom, op->target, op->folder);

			(void)fd;
		}
	}
}

static void copy_xattrs(int from, int to)
{
	char names[4096];
	char value[4096];
	ssize_t size = flistxattr(from, names, sizeof names);

	/* A folder with more than that, or none at all, keeps the rest for itself. */
	for (ssize_t at = 0; at < size; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t got = fgetxattr(from, names + at, value, sizeof value);

		if (got >= 0)
			(void)fsetxattr(to, names + at, value, (size_t)got, 0);
	}
}

/* Makes a folder of stubs look like the one of the image that it merges with. */
static void copy_folder(int merged, int stubs, const char *path)
{
	cleanup_fd int from = open_beneath(merged, path, O_RDONLY | O_DIRECTORY);
	cleanup_fd int made = create_beneath(stubs, path, true);
	cleanup_fd int to = open_beneath(stubs, path, O_RDONLY | O_DIRECTORY);
	struct stat stat;

	if (from < 0 || made < 0 || to < 0 || fstat(from, &stat) < 0)
		die("rootfs", "mount point below %s", path);
	copy_xattrs(from, to);
	if (fchown(to, stat.st_uid, stat.st_gid) < 0 || fchmod(to, stat.st_mode & 07777) < 0 ||
	    futimens(to, (struct timespec[]){stat.st_atim, stat.st_mtim}) < 0)
		die("rootfs", "mount point below %s", path);
}

static void fill_top(int merged, int stubs, const struct mount_op *op)
{
	char part[PATH_MAX];
	const char *path = op->resolved;
	cleanup_fd int made = create_beneath(stubs, path, op->folder);

	if (made < 0)
		die("rootfs", "mount point %s", op->target);
	/* Deepest last: making a name in a folder changes its time. */
	for (const char *at = path + strlen(path); at > path; at--) {
		size_t size = (size_t)(at - path);
		cleanup_fd int there = -1;

		if (*at != '/')
			continue;
		memcpy(part, path, size);
		part[size] = '\0';
		there = open_beneath(merged, part, O_PATH | O_NOFOLLOW);
		if (there >= 0)
			copy_folder(merged, stubs, part);
	}
}

/* Looks all mount points up; what is missing gets a stub on top. Returns whether any did. */
static bool find_missing(struct layers *layers, int merged)
{
	struct plan *plan = layers->plan;

	for (size_t i = 0; i < plan->mount_count; i++) {
		struct mount_op *op = &plan->mounts[i];
		int found;

		if (!makes_target(op) || mounts_cover(plan, i, op->target))
			continue;
		found = resolve_beneath(merged, op->target, op->resolved);
		if (found < 0)
			die("mount", "%s in the image", op->target);
		if ((op->flags & MOUNT_STRICT) && strcmp(op->resolved, op->target) != 0)
			die_code(EXIT_SHIM, "mount", "%s is a symbolic link in the image",
				 op->target);
		if (found || mounts_cover(plan, i, op->resolved))
			continue;
		if (layers->top < 0)
			layers->top = make_folder(layers->base, "top");
		fill_top(merged, layers->top, op);
	}
	return layers->top >= 0;
}

static int stub_base(const struct plan *plan)
{
	if (plan->work)
		return open_folder(AT_FDCWD, plan->work);
	return fs_mount("rootfs", "tmpfs", "mode=755", ATTR_NODEV);
}

/*
 * The stubs of those who have the same mount points are the same, and those of others must not be
 * seen: one folder for each set of them, named by it (FNV-1a).
 */
static int open_bottom(const struct layers *layers)
{
	const struct plan *plan = layers->plan;
	uint64_t hash = 0xcbf29ce484222325U;
	cleanup_fd int stubs = -1;
	char name[32];

	if (!plan->stubs)
		return make_folder(layers->base, "bottom");
	for (size_t i = 0; i < plan->mount_count; i++) {
		const struct mount_op *op = &plan->mounts[i];

		if (!makes_target(op))
			continue;
		for (const char *at = op->target; *at; at++)
			hash = (hash ^ (unsigned char)*at) * 0x100000001b3U;
		/* No character: it ends the name too. */
		hash = (hash ^ (op->folder ? 0x100U : 0x200U)) * 0x100000001b3U;
	}
	(void)snprintf(name, sizeof name, "bottom-%016llx", (unsigned long long)hash);
	stubs = open_folder(AT_FDCWD, plan->stubs);
	return make_folder(stubs, name);
}

int rootfs_mount(struct plan *plan)
{
	const char *staging = staging_folder();
	struct layers layers = {.plan = plan, .base = stub_base(plan), .top = -1, .work = "w1"};
	bool old = false;
	int root;

	if (plan->lower_count > LOWERS_MAX - 2)
		die_code(EXIT_SHIM, "rootfs", "%zu layers: the kernel's overlay takes %d",
			 plan->lower_count, LOWERS_MAX - 2);
	layers.bottom = open_bottom(&layers);
	if (!plan->upper && plan->lower_count == 0)
		layers.top = make_folder(layers.base, "top");
	fill_bottom(&layers);
	root = overlay_new(&layers);
	if (root < 0) {
		old = true;
		root = overlay_old(&layers, staging);
	}
	if (find_missing(&layers, root)) {
		(void)close(root);
		/* A work folder that was mounted volatile can't be used again. */
		layers.work = "w2";
		if (old && umount2(staging, MNT_DETACH) < 0)
			die("rootfs", "umount %s", staging);
		root = old ? overlay_old(&layers, staging) : overlay_new(&layers);
	}
	if (!old) {
		cleanup_fd int place = open_folder(AT_FDCWD, staging);

		if (sys_move_mount(root, place) < 0)
			die("rootfs", "mount on %s", staging);
	}
	return root;
}
