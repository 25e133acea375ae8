/* Questions that are not about our names go to the servers of the host or of --dns, and their answers back. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVERS_MAX = 6, WAITING_MAX = 512, PATIENCE_MS = 2000, AT_ONCE = 64 };

struct server {
	struct watch watch;
	const struct net_server *of;
};

/* A question that was passed on under an id of ours. */
struct waiting {
	char *message; /* NULL: free */
	size_t size;
	struct sockaddr_in client;
	int socket;
	char theirs[2];
	uint16_t id;
	size_t server;
	int64_t deadline;
};

static struct server servers[SERVERS_MAX];
static size_t server_count;
static struct waiting waiting[WAITING_MAX];
static size_t waiting_count;
static const struct net_host *host;

static int open_to(const struct net_server *server, int type)
{
	int fd;
	int error = 0;

	if (server->inside && !net_enter(host->inside_ns))
		return -1;
	fd = socket(server->address.ss_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *)&server->address, server->size) < 0 &&
	    errno != EINPROGRESS) {
		error = errno;
		close_fdp(&fd);
	}
	if (server->inside && !net_enter(host->host_ns))
		_exit(EXIT_SHIM);
	errno = error;
	return fd;
}

static void forget(struct waiting *question)
{
	free(question->message);
	question->message = NULL;
	waiting_count--;
}

static void give_up(struct waiting *question)
{
	size_t size = question->size;

	memcpy(question->message, question->theirs, sizeof question->theirs);
	dns_fail(question->message, &size);
	(void)sendto(question->socket, question->message, size, 0,
		     (const struct sockaddr *)&question->client, sizeof question->client);
	forget(question);
}

static void take_answers(struct watch *watch, uint32_t events);

/* To the first of the servers, from one on, that can be reached. */
static void ask_from(struct waiting *question, size_t first)
{
	for (size_t i = first; i < server_count; i++) {
		struct server *server = &servers[i];

		if (server->watch.fd < 0) {
			server->watch = (struct watch){open_to(server->of, SOCK_DGRAM), take_answers};
			if (server->watch.fd < 0 || !loop_add(&server->watch, EPOLLIN)) {
				close_fdp(&server->watch.fd);
				continue;
			}
		}
		if (send(server->watch.fd, question->message, question->size, MSG_NOSIGNAL) < 0)
			continue;
		question->server = i;
		question->deadline = loop_now() + PATIENCE_MS;
		return;
	}
	give_up(question);
}

/* One that refuses is not waited for. */
static void refused(size_t server)
{
	for (size_t i = 0; i < WAITING_MAX; i++) {
		if (waiting[i].message && waiting[i].server == server)
			ask_from(&waiting[i], server + 1);
	}
}

static void pass_back(size_t server, char *message, size_t size)
{
	uint16_t id;

	memcpy(&id, message, sizeof id);
	for (size_t i = 0; i < WAITING_MAX; i++) {
		struct waiting *question = &waiting[i];

		if (!question->message || question->id != id || question->server != server)
			continue;
		memcpy(message, question->theirs, sizeof question->theirs);
		(void)sendto(question->socket, message, size, 0,
			     (const struct sockaddr *)&question->client, sizeof question->client);
		forget(question);
		return;
	}
}

static void take_answers(struct watch *watch, uint32_t events)
{
	static char message[65536];
	size_t server = (size_t)((struct server *)(void *)watch - servers);

	(void)events;
	for (int i = 0; i < AT_ONCE; i++) {
		ssize_t size = recv(watch->fd, message, sizeof message, 0);

		if (size < 0 && errno != EAGAIN)
			refused(server);
		if (size < 0)
			return;
		if (size >= 12)
			pass_back(server, message, (size_t)size);
	}
}

static bool look_at_clock(int64_t now)
{
	for (size_t i = 0; i < WAITING_MAX && waiting_count > 0; i++) {
		if (waiting[i].message && waiting[i].deadline <= now)
			ask_from(&waiting[i], waiting[i].server + 1);
	}
	return waiting_count > 0;
}

bool relay_ask(int socket, const struct sockaddr_in *client, const char *message, size_t size)
{
	struct waiting *question = waiting;

	while (question < waiting + WAITING_MAX && question->message)
		question++;
	if (server_count == 0 || question == waiting + WAITING_MAX)
		return false;
	*question = (struct waiting){.message = malloc(size), .size = size, .client = *client,
				     .socket = socket};
	if (!question->message || getrandom(&question->id, sizeof question->id, 0) < 0) {
		free(question->message);
		question->message = NULL;
		return false;
	}
	memcpy(question->theirs, message, sizeof question->theirs);
	memcpy(question->message, message, size);
	memcpy(question->message, &question->id, sizeof question->id);
	if (waiting_count++ == 0)
		loop_every_second(look_at_clock);
	ask_from(question, 0);
	return true;
}

int relay_connect(void)
{
	return server_count == 0 ? -1 : open_to(servers[0].of, SOCK_STREAM);
}

void relay_open(const struct net_plan *plan, struct net_host *of)
{
	host = of;
	for (size_t i = 0; i < plan->server_count && server_count < SERVERS_MAX; i++)
		servers[server_count++] =
			(struct server){.watch = {-1, take_answers}, .of = &plan->servers[i]};
}
