/* The shim: does what a plan says, decides nothing. One header for its few files. */
#ifndef JBUILD_SHIM_H
#define JBUILD_SHIM_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/types.h>

/* Codes of `docker run` for what never ran. */
enum { EXIT_SHIM = 125, EXIT_CANNOT_EXEC = 126, EXIT_NOT_FOUND = 127 };

/* ---- plan.c: a plan is records of u32 tag, u32 length, the bytes and a NUL; little-endian ---- */

enum plan_tag {
	TAG_LOWER = 'L',
	TAG_UPPER = 'U',
	TAG_WORK = 'W',
	TAG_STUBS = 'B',    /* folder that keeps mount points for the next one of the kind */
	TAG_FLAGS = 'F',
	TAG_ARG = 'A',
	TAG_ENV = 'E',
	TAG_CWD = 'D',
	TAG_IDS = 'I',
	TAG_HOSTNAME = 'H',
	TAG_NETNS = 'N',
	TAG_CAPS = 'C',
	TAG_SECCOMP = 'S',
	TAG_RLIMIT = 'R',
	TAG_MOUNT = 'M',
	TAG_OPTION = 'P',   /* KEY=VALUE, for the supervisor */
	TAG_HEALTH = 'h',   /* a word of the health check's command */
	TAG_HELPER = 'n',   /* a word of the network helper's command */
	TAG_TEARDOWN = 't', /* a word of the command that takes the network down */
	TAG_CGROUP = 'G',   /* folder of a cgroup to be in */
	TAG_JOIN = 'J',     /* ipc=, uts= or pid=, and the file of a namespace; empty: the host's */
};

enum plan_flag {
	FLAG_VOLATILE = 1 << 0,
	FLAG_READ_ONLY = 1 << 1,
	FLAG_NEW_NET = 1 << 2,
	FLAG_NO_NEW_PRIVS = 1 << 3,
	FLAG_DEVICES = 1 << 4, /* device nodes work everywhere: privileged */
	FLAG_TTY = 1 << 5,
	FLAG_STDIN = 1 << 6,
	FLAG_INIT = 1 << 7,
	FLAG_HOLD = 1 << 9, /* no command: its files are wanted */
	FLAG_ANY_COMMAND = 1 << 10, /* it comes with the call */
	FLAG_OLD_OVERLAY = 1 << 8, /* mount(2) for the overlay, as on kernels before 6.7 */
	FLAG_USERNS = 1 << 11, /* we are root of an ordinary user's namespace */
	FLAG_OWN_SOCKETS = 1 << 12, /* abstract sockets: none of others in the same network */
	FLAG_SHARED_PROC = 1 << 13, /* no fence between sandboxes that have the machine's /proc */
};

enum mount_kind {
	MOUNT_BIND = 'b',    /* source, target, a path below the source or "" */
	MOUNT_OVERLAY = 'v', /* lower folders, target, upper and work folder or "" */
	MOUNT_CONTENT = 'c', /* "", target, owner, mode and bytes of a file */
	MOUNT_FS = 'f',      /* type, target, options */
	MOUNT_LINK = 'l',    /* text of a symbolic link, its path */
	MOUNT_MASK = 'k',    /* "", path that must show nothing */
	MOUNT_READONLY = 'o',/* "", path that must not be written to */
	MOUNT_SYSCTL = 's',  /* value, path below /proc/sys */
	MOUNT_IDMAP = 'i',   /* lines of uid_map, target, lines of gid_map: for the next operation */
	MOUNT_DEVICES = 'd', /* "", folder that gets all device nodes of the host */
};

enum mount_flag {
	MOUNT_STRICT = 1 << 0, /* no symbolic link on the way to the target */
	MOUNT_SHARED = 1 << 1, /* what is mounted below it appears on both sides */
	MOUNT_SLAVE = 1 << 2,  /* what the host mounts below it appears inside */
	MOUNT_USERNS = 1 << 3, /* an overlay without attributes that only root may set */
	MOUNT_OR_BIND = 1 << 4,/* a file system that is refused to us: the host's own instead */
};

struct mount_op {
	enum mount_kind kind;
	uint32_t attrs; /* MOUNT_ATTR_… */
	uint32_t flags;
	const char *source;
	const char *target;
	const char *options;
	char *resolved; /* PATH_MAX bytes: the target without symbolic links */
	int tree;       /* of a bind and its like: opened before anything is covered */
	bool folder;
};

struct rlimit_op {
	uint32_t resource;
	uint64_t soft;
	uint64_t hard;
};

/* Texts with a NULL behind the last one. */
struct words {
	char **at;
	size_t count;
};

struct plan {
	uint32_t flags;
	const char **lowers; /* bottom one first */
	size_t lower_count;
	const char *upper;
	const char *work;
	const char *stubs;
	char **argv;
	size_t argc;
	char **env;
	size_t env_count;
	const char *cwd;
	uid_t uid;
	gid_t gid;
	gid_t *groups;
	size_t group_count;
	const char *hostname;
	const char *netns;
	uint64_t caps;
	const void *seccomp;
	size_t seccomp_size;
	struct rlimit_op *rlimits;
	size_t rlimit_count;
	struct mount_op *mounts;
	size_t mount_count;
	char *resolved; /* room for each mount's own */
	struct words options;
	struct words health;
	struct words helper;
	struct words teardown;
	struct words cgroups;
	struct words joins;
	size_t option_room;
	int netns_fd; /* -1, or the namespace that stands for netns */
};

/* The plan points into the bytes. Returns NULL, or what is wrong with them. */
const char *plan_parse(struct plan *plan, char *bytes, size_t size);
/* Reads one; false when it is not there or not understood. */
bool plan_read(struct plan *plan, int folder, const char *path);
/* The same of one that was written for us alone, which is removed; whatever is wrong ends us. */
void plan_take(struct plan *plan, const char *path);
void plan_free(struct plan *plan);
/* The value of the last option of that name, or NULL. */
const char *plan_option(const struct plan *plan, const char *name);
long plan_number(const struct plan *plan, const char *name, long otherwise);
/* Sets an option from NAME=VALUE; the text is kept. */
void plan_set_option(struct plan *plan, char *text);

/* ---- util.c ---- */

/* Where die() reports to; -1: stderr. */
extern int report_fd;

/* Reports "STEP: WHAT: strerror(errno)" and ends with EXIT_SHIM. */
__attribute__((noreturn, format(printf, 2, 3))) void die(const char *step, const char *fmt, ...);
/* The same with a code of its own and without errno. */
__attribute__((noreturn, format(printf, 3, 4))) void die_code(int code, const char *step,
							      const char *fmt, ...);

void close_fdp(int *fd);
#define cleanup_fd __attribute__((cleanup(close_fdp)))

bool write_all(int fd, const void *bytes, size_t size);
/* Appends what can be read to a buffer that grows; false at the end of file or on an error. */
struct buffer {
	char *bytes;
	size_t size;
	size_t room;
};
bool buffer_fill(struct buffer *buffer, int fd);
int pidfd_signal(int pidfd, int sig);
/* Both as those of Linux 5.3 and 5.8 are. */
int pidfd_of(pid_t pid);
/* File descriptors in a message of one byte or more; at most four. */
bool send_fds(int socket, const int *fds, size_t count, const void *bytes, size_t size);
/* Returns the number of bytes, 0 at the end; fds that did not come are -1. */
ssize_t receive_fds(int socket, int *fds, size_t count, void *bytes, size_t size);
/* Makes sure that 0, 1 and 2 are open, so that no pipe of ours becomes one of them. */
void open_standard_fds(void);
/* Replaces this process by a copy of itself that nobody can write to (CVE-2019-5736). */
void seal_self(char **argv);
/* For hide_arguments, where nothing is sealed. */
void keep_arguments(char **argv);
/* From who lists processes: they name files of the host. Only the last step before waiting for ever. */
void hide_arguments(const char *name);

/* ---- sys.c: calls that libc does not know yet ---- */

struct open_how_args;
int sys_openat2(int dir, const char *path, int flags, uint64_t resolve);
int sys_open_tree(int dir, const char *path, unsigned int flags);
int sys_move_mount(int from, int to);
int sys_mount_attr(int fd, bool recursive, uint64_t set, uint64_t propagation);
/* Shows the files of a mount, and of those below it, with the ids of a user namespace. */
int sys_mount_idmap(int fd, int userns);
int sys_fsopen(const char *type);
int sys_fs_string(int fs, const char *key, const char *value);
int sys_fs_flag(int fs, const char *key);
int sys_fs_mount(int fs, uint64_t attrs);
int sys_pivot_root(const char *root, const char *old);
int sys_close_range(unsigned int first, unsigned int last);
int sys_setns_net(int fd);
int sys_setns(int fd, int flags);
/* Of the C libraries, some take the request as int, some as unsigned long. */
int sys_ioctl(int fd, unsigned long request, const void *argument);

/* ---- path.c: paths below the sandbox's root, never through it ---- */

int open_beneath(int root, const char *path, int flags);
/* Writes the path without symbolic links; 1 if it is there, 0 if its end is missing, -1 on error. */
int resolve_beneath(int root, const char *path, char *out);
/* Makes what is missing of a resolved path; returns it opened with O_PATH. */
int create_beneath(int root, const char *path, bool folder);
bool is_below(const char *path, const char *folder);

/* ---- rootfs.c, mounts.c, devices.c: in the child ---- */

int rootfs_mount(struct plan *plan);
/* Before the host's mounts stop hearing of ours: those that are to be shared with it. */
void mounts_open_shared(struct plan *plan);
void mounts_open_sources(struct plan *plan);
void mounts_make(struct plan *plan, int root);
/* Whether a path is below the target of one of the first mounts, and so not in the root. */
bool mounts_cover(const struct plan *plan, size_t count, const char *path);
/* idmap.c: a user namespace with these maps, or -1. */
int idmap_namespace(const char *uids, const char *gids);
/* prepare.c: each returns a tree that is attached nowhere. */
int prepare_overlay(const struct mount_op *op);
int prepare_content(const struct mount_op *op, const char *staging);
int prepare_part(const struct mount_op *op);
/* A folder of the host that may be covered in our own mount namespace. */
const char *staging_folder(void);
int fs_mount(const char *step, const char *type, const char *options, uint32_t attrs);
void devices_copy(int folder);
/* Opens a terminal in the sandbox, sends its master away, returns the other end. */
int console_open(int root, int socket, const struct winsize *size, uid_t owner);
/* The same in a sandbox that runs; nothing is mounted on its /dev/console. */
int console_join(int root, int socket, const struct winsize *size, uid_t owner);

/* ---- creds.c, exec.c: in the child ---- */

void creds_limits(const struct plan *plan);
void creds_seccomp(const struct plan *plan);
void creds_sockets(const struct plan *plan);
void creds_fence(const struct plan *plan);
/* Docker's profile for its own capabilities. */
const void *creds_own_filter(size_t *size);
void creds_bounding(const struct plan *plan);
void creds_become(const struct plan *plan);
__attribute__((noreturn)) void exec_command(const struct plan *plan);

/* ---- guard.c ---- */

/*
 * Returns a terminal that we are in the foreground of, or -1. Goes on in a child that is the first process of a pid namespace, below which all sandboxes are;
 * the caller stays behind, passes signals on, restores the terminal and ends with its code.
 */
int guard_enter(void);

/* ---- sandbox.c, join.c ---- */

struct stdio {
	int in;
	int out;
	int err;
	int console; /* socket that takes the master of the terminal, or -1 */
	struct winsize size;
};

struct started {
	pid_t pid;
	int pidfd;
	int report; /* u8 code and a text when the command could not be run; end of file when it runs */
};

/*
 * A child with a pidfd and a pipe on which it reports, in new namespaces as `flags` say: 0 in the
 * child, which reports on `*report`, or its number, or -1.
 */
pid_t sys_fork(uint64_t flags, struct started *out, int *report);

/* Returns false with errno when not even a process could be made. */
bool sandbox_start(struct plan *plan, const struct stdio *io, struct started *out);
/* Whoever is not the machine's root can't come back to its pid namespace, and needs not: it was not left. */
bool join_return(const struct plan *plan, int pidns);
/* In the child: gives it its stdio, and nothing else of what the parent has open. */
void child_fds(const struct stdio *io, int report);
void child_signals(void);
/* Of the network namespace that we are in. */
bool raise_loopback(void);
void child_cgroups(const struct plan *plan);
/* The rest of the way, from the walls to the command. */
__attribute__((noreturn)) void child_finish(const struct plan *plan, bool outlives_parent);
void take_terminal(int slave);
/* Where child_fds puts the socket for the terminal's master. */
enum { FD_CONSOLE = 4 };

/*
 * Starts a command inside a running sandbox, whose first process pidfd is. From then on all children of
 * the caller are in that sandbox's pid namespace, until join_return.
 */
bool join_start(const struct plan *plan, int pidfd, const struct stdio *io, bool outlives_parent,
		struct started *out);

/* ---- run.c ---- */

/* Runs a command in the sandbox of a process on our own stdio; its exit code. */
int run_beside(const struct plan *plan, int inside, bool detach);

/* ---- roles ---- */

int role_serve(int argc, char **argv);
int role_run(int argc, char **argv);
int role_exec(int argc, char **argv);
int role_enter(int argc, char **argv);
int role_start(int argc, char **argv);
int role_attach(int argc, char **argv);
int role_control(int argc, char **argv);
int role_scan(int argc, char **argv);
int role_hold(int argc, char **argv);
int role_net(int argc, char **argv);
int role_userns(int argc, char **argv);

#endif
