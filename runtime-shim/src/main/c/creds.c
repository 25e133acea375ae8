/* Limits and privileges, from most to least. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* prlimit64(2): the same on every C library. */
struct rlimit_args {
	uint64_t soft;
	uint64_t hard;
};

/* Root without CAP_SYS_RESOURCE can't raise a hard limit: what it has is then all there is. */
static void set_limit(const struct rlimit_op *op)
{
	struct rlimit_args old;
	struct rlimit_args want = {.soft = op->soft, .hard = op->hard};

	if (syscall(SYS_prlimit64, 0, op->resource, &want, NULL) == 0)
		return;
	if (errno != EPERM || syscall(SYS_prlimit64, 0, op->resource, NULL, &old) < 0)
		die("rlimit", "limit %u", op->resource);
	if (want.hard > old.hard)
		want.hard = old.hard;
	if (want.soft > want.hard)
		want.soft = want.hard;
	if (syscall(SYS_prlimit64, 0, op->resource, &want, NULL) < 0)
		die("rlimit", "limit %u", op->resource);
}

void creds_limits(const struct plan *plan)
{
	for (size_t i = 0; i < plan->rlimit_count; i++)
		set_limit(&plan->rlimits[i]);
}

/* Docker's profile for its own capabilities, which nearly every sandbox has. */
__asm__(".section .rodata\n.balign 8\n"
	"own_filter:\n.incbin \"seccomp-default-" MACHINE ".bpf\"\n"
	"own_filter_end:\n.previous\n");

extern const char own_filter[];
extern const char own_filter_end[];

const void *creds_own_filter(size_t *size)
{
	*size = (size_t)(own_filter_end - own_filter);
	return own_filter;
}

void creds_seccomp(const struct plan *plan)
{
	struct sock_fprog program = {
		.len = (unsigned short)(plan->seccomp_size / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)plan->seccomp,
	};

	if (!plan->seccomp)
		return;
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		die("seccomp", "filter of %u instructions", program.len);
}

/* What Landlock is to handle; linux/landlock.h of an older kernel knows less. */
struct landlock_rules {
	uint64_t files;
	uint64_t network;
	uint64_t scoped;
};

struct landlock_beneath {
	uint64_t allowed;
	int folder;
} __attribute__((packed));

/* A kernel before 6.12, or without Landlock, can't; there is no other way. */
void creds_sockets(const struct plan *plan)
{
	const struct landlock_rules rules = {.scoped = 1}; /* LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET */
	cleanup_fd int domain = -1;

	if (!(plan->flags & FLAG_OWN_SOCKETS))
		return;
	domain = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules, 0);
	if (domain >= 0 && syscall(SYS_landlock_restrict_self, domain, 0) < 0)
		die("landlock", "abstract sockets");
}

/* Whether /proc is of another pid namespace than ours: a process has a number in that one, too. */
static bool sees_others(void)
{
	cleanup_fd int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	char text[4096] = "";
	const char *numbers;

	if (file < 0 || read(file, text, sizeof text - 1) <= 0)
		return false;
	numbers = strstr(text, "\nNSpid:\t");
	if (!numbers)
		return true;
	numbers += strlen("\nNSpid:\t");
	return numbers[strspn(numbers, "0123456789")] != '\n';
}

/*
 * Where a sandbox has the machine's /proc, other sandboxes of the same user are in it, with their environments, memory
 * and files. Who is in a Landlock domain may look into nobody outside it. The domain forbids what nobody here may
 * anyway, block devices, and allows renames between folders, which any rules on files would forbid otherwise.
 */
void creds_fence(const struct plan *plan)
{
	const struct landlock_rules rules = {.files = 1 << 11 | 1 << 13}; /* MAKE_BLOCK, REFER */
	struct landlock_beneath all = {.allowed = 1 << 13, .folder = -1};
	cleanup_fd int domain = -1;
	cleanup_fd int root = -1;

	if (!(plan->flags & FLAG_USERNS) || plan->flags & (FLAG_SHARED_PROC | FLAG_DEVICES) || !sees_others())
		return;
	domain = (int)syscall(SYS_landlock_create_ruleset, &rules, sizeof rules.files, 0);
	if (domain < 0)
		die_code(EXIT_SHIM, "proc",
			 "parts of /proc are hidden here, as in a container, and this kernel can't keep sandboxes apart "
			 "in it (Linux 5.19 with Landlock can): start the outer container with --security-opt "
			 "systempaths=unconfined (podman: unmask=ALL), or set JBUILD_PROC=shared to let your sandboxes "
			 "read each other's files and environments");
	root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	all.folder = root;
	if (root < 0 || syscall(SYS_landlock_add_rule, domain, 1, &all, 0) < 0 ||
	    syscall(SYS_landlock_restrict_self, domain, 0) < 0)
		die("landlock", "processes of others");
}

void creds_bounding(const struct plan *plan)
{
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (plan->caps >> cap & 1)
			continue;
		/* EINVAL: past the last one that this kernel knows. */
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0) {
			if (errno == EINVAL)
				return;
			die("capabilities", "drop %lu from the bounding set", cap);
		}
	}
}

/*
 * Root keeps the plan's capabilities; anybody else has none, as with Docker. Inheritable ones
 * stay empty for both (CVE-2022-24769), and so ambient ones.
 */
static void set_capabilities(uint64_t caps)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	data[0].effective = data[0].permitted = (uint32_t)caps;
	data[1].effective = data[1].permitted = (uint32_t)(caps >> 32);
	if (syscall(SYS_capset, &header, data) < 0)
		die("capabilities", "capset");
}

static uint64_t permitted(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	if (syscall(SYS_capget, &header, data) < 0)
		die("capabilities", "capget");
	return data[0].permitted | (uint64_t)data[1].permitted << 32;
}

void creds_become(const struct plan *plan)
{
	/* Where a user has no ids but the own one, the kernel lets nobody out of a group. */
	if (setgroups(plan->group_count, plan->groups) < 0 &&
	    (errno != EPERM || plan->group_count > 0 || !(plan->flags & FLAG_USERNS)))
		die("user", "groups");
	if (setresgid(plan->gid, plan->gid, plan->gid) < 0)
		die("user", "gid %u", plan->gid);
	if (setresuid(plan->uid, plan->uid, plan->uid) < 0)
		die("user", "uid %u", plan->uid);
	set_capabilities(plan->uid == 0 ? plan->caps & permitted() : 0);
}
