/* Roles of the network helper. */
#include "net.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

static bool stop;

static void take_signal(struct watch *watch, uint32_t events)
{
	struct signalfd_siginfo info;

	(void)events;
	if (read(watch->fd, &info, sizeof info) == sizeof info)
		stop = true;
}

/* Both: the end that is asked for, and that of the parent. */
static bool watch_signals(void)
{
	static struct watch watch = {-1, take_signal};
	sigset_t mask;

	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGHUP);
	(void)sigprocmask(SIG_SETMASK, &mask, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	watch.fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	return (watch.fd >= 0 && loop_add(&watch, EPOLLIN)) || net_fail_errno(errno, "signalfd");
}

static bool attach_all(struct net_host *host, const struct net_plan *plan, uint32_t *published)
{
	for (size_t i = 0; i < plan->network_count; i++) {
		uint32_t address;

		if (!net_attach(host, plan, &plan->networks[i], &address))
			return false;
		/* Ports are those of the first network that can be reached from outside. */
		if (*published == 0 && !plan->networks[i].internal)
			*published = address;
	}
	return true;
}

static bool publish(struct net_host *host, const struct net_plan *plan, uint32_t address)
{
	int error;

	if (plan->port_count == 0 || address == 0)
		return true;
	forward_open(plan, address);
	udp_open(plan, address);
	if (host->no_nft)
		return true;
	error = rules_add_ports(&host->nft, plan, address);
	flows_forget(&host->nft, plan);
	return !error || net_fail_errno(-error, "write the nftables rules of the published ports");
}

static void keep_namespace(struct net_host *host)
{
	(void)dup3(host->inside_ns, NET_NAMESPACE_FD, O_CLOEXEC);
}

static bool choose_serial(struct net_host *host, int live)
{
	char line[24];
	int size;

	if (getrandom(&host->serial, sizeof host->serial, 0) < 0)
		return net_fail_errno(errno, "random numbers");
	host->serial |= 1;
	size = snprintf(line, sizeof line, "serial\t%08x\n", host->serial);
	return (ftruncate(live, 0) == 0 && write_all(live, line, (size_t)size)) ||
	       net_fail_errno(errno, "write to %s/networks/live", host->root);
}

static bool set_up(struct net_host *host, struct net_plan *plan, int live)
{
	uint32_t published = 0;

	net_sweep(host);
	/* Of the same container, whose helper was killed. */
	net_detach_all(host);
	if (!choose_serial(host, live) ||
	    !net_make_namespace(host) || !ports_reserve(plan) ||
	    !attach_all(host, plan, &published) || !publish(host, plan, published) ||
	    !ports_tell(plan, live) || !net_write_hosts(plan) ||
	    ((plan->dns || plan->server_count > 0) && !dns_open(plan, host)))
		return false;
	keep_namespace(host);
	return true;
}

static int refuse(int ready)
{
	(void)write_all(ready, net_text, strlen(net_text));
	return EXIT_SHIM;
}

/*
 * What others may wait for goes first: ports, and the lock. The kernel takes its time to remove devices, and nobody waits for that: if a
 * new container needs what is left, it removes it itself.
 */
static void take_down(struct net_host *host, struct net_plan *plan)
{
	pid_t child;

	ports_close(plan);
	/* Kernels that know owners of tables do it with the socket, but later. */
	if (plan->port_count > 0 && !host->no_nft)
		rules_remove_ports(&host->nft, plan->container);
	state_forget_live(plan->root, plan->container);
	child = host->serial == 0 ? -1 : fork();
	if (child > 0 || host->serial == 0)
		return;
	net_detach_all(host);
	/* The store may have gone meanwhile, and with it the notes. */
	orphans_remove(host);
	if (child == 0)
		_exit(0);
}

/* Nothing of ours gets their numbers. */
static void reserve_fds(void)
{
	if (fcntl(NET_READY_FD, F_SETFD, FD_CLOEXEC) < 0)
		(void)dup3(STDERR_FILENO, NET_READY_FD, O_CLOEXEC);
	(void)dup3(STDIN_FILENO, NET_NAMESPACE_FD, O_CLOEXEC);
}

static int run(const char *path)
{
	struct net_plan plan;
	struct net_host host;
	struct rlimit files;
	int ready = NET_READY_FD;
	int live;
	bool done;

	/* Two sockets for each port, six descriptors for each connection that is passed on. */
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	/* Not killed with the parent: there is something to clean up. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	reserve_fds();
	if (!loop_open() || !watch_signals() || !net_plan_read(&plan, path) ||
	    !ports_reserve_outside(&plan) || !session_enter(true) ||
	    !net_host_open(&host, plan.root, plan.container))
		return refuse(ready);
	state_forget_dead(plan.root);
	live = state_lock_live(plan.root, plan.container);
	if (live < 0) {
		(void)net_fail("the network of container %.12s is still in use", plan.container);
		return refuse(ready);
	}
	host.own = true;
	done = set_up(&host, &plan, live);
	if (done) {
		(void)close(ready);
		loop_run(&stop);
	}
	take_down(&host, &plan);
	return done ? 0 : refuse(ready);
}

static int connect_running(const char *path)
{
	struct net_plan plan;
	struct net_host host;
	char namespace[64];
	uint32_t address = 0;
	pid_t pid;

	if (!net_plan_read(&plan, path) || !session_enter(true) ||
	    !net_host_open(&host, plan.root, plan.container))
		return refuse(STDERR_FILENO);
	pid = state_live(plan.root, plan.container);
	(void)snprintf(namespace, sizeof namespace, "/proc/%d/fd/%d", pid, NET_NAMESPACE_FD);
	host.inside_ns = pid > 0 ? open(namespace, O_RDONLY | O_CLOEXEC) : -1;
	if (host.inside_ns < 0) {
		(void)net_fail("the network of container %.12s is not there", plan.container);
		return refuse(STDERR_FILENO);
	}
	host.serial = state_serial(plan.root, plan.container);
	net_sweep(&host);
	if (!attach_all(&host, &plan, &address) || !net_write_hosts(&plan))
		return refuse(STDERR_FILENO);
	return 0;
}

static int disconnect_running(const char *root, const char *container, const char *network)
{
	struct net_host host;

	if (!session_enter(false) || !net_host_open(&host, root, container))
		return refuse(STDERR_FILENO);
	net_detach(&host, network);
	return 0;
}

static int sweep(const char *root)
{
	struct net_host host;

	if (!session_enter(false) || !net_host_open(&host, root, ""))
		return refuse(STDERR_FILENO);
	state_forget_dead(root);
	net_sweep(&host);
	orphans_remove(&host);
	return 0;
}

int role_net(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[2] : "";

	if (argc == 4 && strcmp(what, "run") == 0)
		return run(argv[3]);
	if (argc == 4 && strcmp(what, "connect") == 0)
		return connect_running(argv[3]);
	if (argc == 6 && strcmp(what, "disconnect") == 0)
		return disconnect_running(argv[3], argv[4], argv[5]);
	if (argc == 4 && strcmp(what, "sweep") == 0)
		return sweep(argv[3]);
	die_code(EXIT_SHIM, "usage",
		 "shim net run|connect PLAN | disconnect ROOT CONTAINER NETWORK | sweep ROOT");
}
