/*
 * The network of an ordinary user's session. Such a user may make bridges and rules only in a network namespace of its
 * own: the session's holder has one for all containers of the user, and starts slirp4netns as its way out. A helper binds
 * its ports in the machine's network, and does all else in there.
 */
#include "net.h"
#include "userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PAUSES = 2500 };

static void pause_a_little(void)
{
	const struct timespec pause = {.tv_nsec = 2000000};

	(void)nanosleep(&pause, NULL);
}

static int open_namespace(pid_t pid, const char *name)
{
	char path[64];

	if (pid > 0)
		(void)snprintf(path, sizeof path, "/proc/%d/ns/%s", pid, name);
	else
		(void)snprintf(path, sizeof path, "/proc/self/ns/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Whether a process is in the namespace that we are in; false when it has gone. */
static bool shares(pid_t pid, const char *name)
{
	cleanup_fd int its = open_namespace(pid, name);
	cleanup_fd int ours = open_namespace(0, name);
	struct stat a;
	struct stat b;

	return its >= 0 && ours >= 0 && fstat(its, &a) == 0 && fstat(ours, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

static bool has_uplink(void)
{
	cleanup_fd int socket_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = SESSION_UPLINK};

	return socket_fd >= 0 && ioctl(socket_fd, SIOCGIFADDR, &request) == 0;
}

/* The holder makes the namespace when it is asked to, and sees to the way out each time. */
static bool ask_holder(pid_t holder)
{
	if (kill(holder, SIGUSR1) < 0)
		return net_fail_errno(errno, "ask the session's process %d for a network", holder);
	for (int i = 0; i < PAUSES; i++) {
		if (!shares(holder, "net"))
			return true;
		pause_a_little();
	}
	return net_fail("this user gets no network namespace (user.max_net_namespaces?): use --network host or none");
}

static bool enter(pid_t holder)
{
	cleanup_fd int namespace = open_namespace(holder, "net");

	if (namespace < 0 || sys_setns_net(namespace) < 0)
		return net_fail_errno(errno, "enter the network of the session's process %d", holder);
	return true;
}

bool session_enter(bool make)
{
	const char *text = getenv(SESSION_HOLDER);
	char uplink[PATH_MAX];
	pid_t holder = text ? (pid_t)strtol(text, NULL, 10) : 0;

	if (!getenv(SESSION_VARIABLE))
		return true;
	if (holder <= 1 || !shares(holder, "user"))
		return net_fail("the session of this container's user has ended: stop what runs in it, and start it anew");
	/* Nobody has asked for it yet: there is nothing in it. */
	if (!make && shares(holder, "net"))
		return true;
	if ((make && !ask_holder(holder)) || !enter(holder))
		return false;
	/* Without it containers reach each other and are reached, and no more. */
	for (int i = 0; make && userns_find(SESSION_UPLINK_PROGRAM, uplink, sizeof uplink) && !has_uplink(); i++) {
		if (i == PAUSES)
			return net_fail("%s does not start: it needs /dev/net/tun to be open to all (chmod 666); or use --network host",
					SESSION_UPLINK_PROGRAM);
		pause_a_little();
	}
	return true;
}
