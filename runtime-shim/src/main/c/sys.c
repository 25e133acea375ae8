/* System calls by number: the C libraries know them late, or under differing names. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* From linux/openat2.h and linux/mount.h, which musl's headers can't be mixed with. */
struct open_how_args {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};
struct mount_attr_args {
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t userns;
};

struct clone_args {
	uint64_t flags;
	uint64_t pidfd;
	uint64_t child_tid;
	uint64_t parent_tid;
	uint64_t exit_signal;
	uint64_t stack;
	uint64_t stack_size;
	uint64_t tls;
};

#define CLONE_PIDFD_FLAG 0x00001000U
#define OPEN_TREE_CLOEXEC O_CLOEXEC
#define MOVE_MOUNT_F_EMPTY_PATH 0x04U
#define MOVE_MOUNT_T_EMPTY_PATH 0x40U
#define AT_RECURSIVE_FLAG 0x8000U
#define ATTR_IDMAP 0x00100000U
#define FSOPEN_CLOEXEC 1U
#define FSMOUNT_CLOEXEC 1U

enum { FSCONFIG_SET_FLAG = 0, FSCONFIG_SET_STRING = 1, FSCONFIG_CREATE = 6 };

/* The same on every architecture: the numbers were unified before these calls were added. */
enum {
	NR_open_tree = 428,
	NR_move_mount = 429,
	NR_fsopen = 430,
	NR_fsconfig = 431,
	NR_fsmount = 432,
	NR_clone3 = 435,
	NR_close_range = 436,
	NR_openat2 = 437,
	NR_mount_setattr = 442,
};

int sys_openat2(int dir, const char *path, int flags, uint64_t resolve)
{
	struct open_how_args how = {
		.flags = (uint64_t)(flags | O_CLOEXEC),
		.resolve = resolve,
	};
	int fd;

	/* EAGAIN: something on the way was renamed at the same time. */
	do
		fd = (int)syscall(NR_openat2, dir, path, &how, sizeof how);
	while (fd < 0 && errno == EAGAIN);
	return fd;
}

int sys_open_tree(int dir, const char *path, unsigned int flags)
{
	return (int)syscall(NR_open_tree, dir, path, flags | OPEN_TREE_CLOEXEC);
}

int sys_move_mount(int from, int to)
{
	return (int)syscall(NR_move_mount, from, "", to, "",
			    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int sys_mount_attr(int fd, bool recursive, uint64_t set, uint64_t propagation)
{
	struct mount_attr_args args = {.set = set, .propagation = propagation};
	unsigned int flags = AT_EMPTY_PATH | (recursive ? AT_RECURSIVE_FLAG : 0U);

	return (int)syscall(NR_mount_setattr, fd, "", flags, &args, sizeof args);
}

int sys_mount_idmap(int fd, int userns)
{
	struct mount_attr_args args = {.set = ATTR_IDMAP, .userns = (uint64_t)userns};

	return (int)syscall(NR_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE_FLAG, &args,
			    sizeof args);
}

int sys_fsopen(const char *type)
{
	return (int)syscall(NR_fsopen, type, FSOPEN_CLOEXEC);
}

int sys_fs_string(int fs, const char *key, const char *value)
{
	return (int)syscall(NR_fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);
}

int sys_fs_flag(int fs, const char *key)
{
	return (int)syscall(NR_fsconfig, fs, FSCONFIG_SET_FLAG, key, NULL, 0);
}

int sys_fs_mount(int fs, uint64_t attrs)
{
	if (syscall(NR_fsconfig, fs, FSCONFIG_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(NR_fsmount, fs, FSMOUNT_CLOEXEC, attrs);
}

int sys_pivot_root(const char *root, const char *old)
{
	return (int)syscall(SYS_pivot_root, root, old);
}

int sys_close_range(unsigned int first, unsigned int last)
{
	return (int)syscall(NR_close_range, first, last, 0);
}

int sys_ioctl(int fd, unsigned long request, const void *argument)
{
	return (int)syscall(SYS_ioctl, fd, request, argument);
}

int sys_setns_net(int fd)
{
	return setns(fd, CLONE_NEWNET);
}

int sys_setns(int fd, int flags)
{
	return setns(fd, flags);
}

pid_t sys_fork(uint64_t flags, struct started *out, int *report)
{
	int ends[2];
	struct clone_args args = {
		.flags = flags | CLONE_PIDFD_FLAG,
		.pidfd = (uint64_t)(uintptr_t)&out->pidfd,
		/* Of a sibling it is that of its creator. */
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
	};
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = (pid_t)syscall(NR_clone3, &args, sizeof args);
	*report = ends[1];
	if (pid == 0)
		return 0;
	(void)close(ends[1]);
	if (pid < 0) {
		int error = errno;

		(void)close(ends[0]);
		errno = error;
		return -1;
	}
	out->report = ends[0];
	return pid;
}
