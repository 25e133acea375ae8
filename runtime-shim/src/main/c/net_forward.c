/* Passes on the streams that the kernel's rules don't: those of IPv6, and all where there are no rules. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PIPE_SIZE = 1 << 20 };

/* What goes one way: from a socket through a pipe, without being copied to us. */
struct way {
	int pipe[2];
	size_t held;
	bool ended;  /* nothing more will come */
	bool closed; /* and the other side knows */
};

struct pair;

struct side {
	struct watch watch;
	struct pair *pair;
	uint32_t events;
};

struct pair {
	struct side client;
	struct side server;
	struct way up;   /* client to server */
	struct way down;
	bool connected;
};

struct listener {
	struct watch watch;
	struct sockaddr_in target;
};

static void end_pair(struct pair *pair)
{
	for (int i = 0; i < 2; i++) {
		close_fdp(&pair->up.pipe[i]);
		close_fdp(&pair->down.pipe[i]);
	}
	loop_drop(&pair->client.watch, NULL);
	loop_drop(&pair->server.watch, pair);
}

/* False: the connection is broken. */
static bool move_bytes(struct way *way, int from, int to)
{
	const unsigned int flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

	for (;;) {
		ssize_t in = 0;
		ssize_t out = 0;

		if (!way->ended && way->held < PIPE_SIZE) {
			in = splice(from, NULL, way->pipe[1], NULL, PIPE_SIZE, flags);
			if (in == 0)
				way->ended = true;
			else if (in < 0 && errno != EAGAIN)
				return false;
			if (in > 0)
				way->held += (size_t)in;
		}
		if (way->held > 0) {
			out = splice(way->pipe[0], NULL, to, NULL, way->held, flags);
			if (out < 0 && errno != EAGAIN)
				return false;
			if (out > 0)
				way->held -= (size_t)out;
		}
		if (in <= 0 && out <= 0)
			break;
	}
	if (way->ended && way->held == 0 && !way->closed) {
		(void)shutdown(to, SHUT_WR);
		way->closed = true;
	}
	return true;
}

static void want(struct side *side, const struct way *in, const struct way *out)
{
	uint32_t events = (!in->ended && in->held == 0 ? (uint32_t)EPOLLIN : 0) |
			  (out->held > 0 ? (uint32_t)EPOLLOUT : 0);

	if (side->events != events) {
		side->events = events;
		loop_change(&side->watch, events);
	}
}

static void pump(struct pair *pair)
{
	if (!move_bytes(&pair->up, pair->client.watch.fd, pair->server.watch.fd) ||
	    !move_bytes(&pair->down, pair->server.watch.fd, pair->client.watch.fd) ||
	    (pair->up.closed && pair->down.closed)) {
		end_pair(pair);
		return;
	}
	want(&pair->client, &pair->up, &pair->down);
	want(&pair->server, &pair->down, &pair->up);
}

static void side_ready(struct watch *watch, uint32_t events)
{
	struct pair *pair = ((struct side *)(void *)watch)->pair;
	int error = 0;
	socklen_t size = sizeof error;

	if (!pair->connected) {
		/* The client's bytes wait until there is somebody to take them. */
		if (watch == &pair->client.watch && !(events & (EPOLLERR | EPOLLHUP)))
			return;
		if (watch == &pair->client.watch ||
		    getsockopt(watch->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0 || error) {
			end_pair(pair);
			return;
		}
		pair->connected = true;
	}
	/* Both ways are dead; what is left in the pipes has nowhere to go. */
	if (events & EPOLLERR) {
		end_pair(pair);
		return;
	}
	pump(pair);
}

static bool open_way(struct way *way)
{
	if (pipe2(way->pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		return false;
	(void)fcntl(way->pipe[1], F_SETPIPE_SZ, PIPE_SIZE);
	return true;
}

void forward_pair(int client, int server, const void *first, size_t size)
{
	struct pair *pair = calloc(1, sizeof *pair);

	if (!pair) {
		(void)close(client);
		(void)close(server);
		return;
	}
	pair->client = (struct side){.watch = {client, side_ready}, .pair = pair};
	pair->server = (struct side){
		.watch = {server, side_ready}, .pair = pair, .events = (uint32_t)EPOLLOUT};
	pair->up.pipe[0] = pair->up.pipe[1] = pair->down.pipe[0] = pair->down.pipe[1] = -1;
	if (!open_way(&pair->up) || !open_way(&pair->down) ||
	    (size > 0 && write(pair->up.pipe[1], first, size) != (ssize_t)size) ||
	    !loop_add(&pair->client.watch, 0) ||
	    !loop_add(&pair->server.watch, (uint32_t)EPOLLOUT)) {
		end_pair(pair);
		return;
	}
	pair->up.held = size;
}

static void accept_all(struct watch *watch, uint32_t events)
{
	const struct listener *listener = (const struct listener *)(const void *)watch;

	(void)events;
	for (;;) {
		int client = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		int server;

		if (client < 0)
			return;
		server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (server < 0 ||
		    (connect(server, (const struct sockaddr *)&listener->target,
			     sizeof listener->target) < 0 &&
		     errno != EINPROGRESS)) {
			close_fdp(&server);
			(void)close(client);
			continue;
		}
		forward_pair(client, server, NULL, 0);
	}
}

static void listen_to(int fd, const struct net_port *port, uint32_t address)
{
	struct listener *listener;

	if (fd < 0 || port->protocol != IPPROTO_TCP)
		return;
	listener = calloc(1, sizeof *listener);
	if (!listener)
		return;
	listener->watch = (struct watch){fd, accept_all};
	listener->target = (struct sockaddr_in){.sin_family = AF_INET,
						.sin_addr.s_addr = htonl(address),
						.sin_port = htons(port->inside)};
	(void)loop_add(&listener->watch, EPOLLIN);
}

void forward_open(const struct net_plan *plan, uint32_t address)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		listen_to(plan->ports[i].fd4, &plan->ports[i], address);
		listen_to(plan->ports[i].fd6, &plan->ports[i], address);
	}
}
