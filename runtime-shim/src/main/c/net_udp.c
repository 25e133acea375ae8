/* Passes on the datagrams that the kernel's rules don't. */
#include "net.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { TALKS_MAX = 1024, IDLE_MS = 90000, DATAGRAM_MAX = 65536, AT_ONCE = 64 };

struct inlet {
	struct watch watch;
	struct sockaddr_in target;
};

/* One peer that was heard of not long ago, and the socket that speaks for it. */
struct talk {
	struct watch watch;
	struct inlet *inlet;
	struct sockaddr_in6 peer; /* of either family */
	socklen_t peer_size;
	int64_t last;
	struct talk *next;
};

static struct talk *talks;
static size_t talk_count;
static char datagram[DATAGRAM_MAX];

static bool forget_idle(int64_t now)
{
	struct talk **at = &talks;

	while (*at) {
		struct talk *talk = *at;

		if (now - talk->last < IDLE_MS) {
			at = &talk->next;
			continue;
		}
		*at = talk->next;
		talk_count--;
		loop_drop(&talk->watch, talk);
	}
	return talks != NULL;
}

static void answer(struct watch *watch, uint32_t events)
{
	struct talk *talk = (struct talk *)(void *)watch;

	(void)events;
	for (int i = 0; i < AT_ONCE; i++) {
		ssize_t size = recv(watch->fd, datagram, sizeof datagram, 0);

		/* "connection refused" as well: the sender finds out by the silence. */
		if (size < 0)
			return;
		talk->last = loop_now();
		(void)sendto(talk->inlet->watch.fd, datagram, (size_t)size, 0,
			     (const struct sockaddr *)&talk->peer, talk->peer_size);
	}
}

static struct talk *begin_talk(struct inlet *inlet, const struct sockaddr_in6 *peer,
			       socklen_t size)
{
	struct talk *talk;
	int fd;

	if (talk_count >= TALKS_MAX)
		return NULL;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	talk = fd < 0 ? NULL : calloc(1, sizeof *talk);
	if (!talk || connect(fd, (const struct sockaddr *)&inlet->target,
			     sizeof inlet->target) < 0) {
		close_fdp(&fd);
		free(talk);
		return NULL;
	}
	*talk = (struct talk){.watch = {fd, answer}, .inlet = inlet, .peer = *peer,
			      .peer_size = size, .next = talks};
	talks = talk;
	if (talk_count++ == 0)
		loop_every_second(forget_idle);
	(void)loop_add(&talk->watch, EPOLLIN);
	return talk;
}

static void take(struct watch *watch, uint32_t events)
{
	struct inlet *inlet = (struct inlet *)(void *)watch;

	(void)events;
	for (int i = 0; i < AT_ONCE; i++) {
		struct sockaddr_in6 peer = {0};
		socklen_t peer_size = sizeof peer;
		ssize_t size = recvfrom(watch->fd, datagram, sizeof datagram, 0,
					(struct sockaddr *)&peer, &peer_size);
		struct talk *talk = talks;

		if (size < 0)
			return;
		while (talk && (talk->inlet != inlet || talk->peer_size != peer_size ||
				memcmp(&talk->peer, &peer, peer_size) != 0))
			talk = talk->next;
		if (!talk)
			talk = begin_talk(inlet, &peer, peer_size);
		if (!talk)
			continue;
		talk->last = loop_now();
		(void)send(talk->watch.fd, datagram, (size_t)size, 0);
	}
}

static void take_from(int fd, const struct net_port *port, uint32_t address)
{
	struct inlet *inlet;

	if (fd < 0 || port->protocol != IPPROTO_UDP)
		return;
	inlet = calloc(1, sizeof *inlet);
	if (!inlet)
		return;
	inlet->watch = (struct watch){fd, take};
	inlet->target = (struct sockaddr_in){.sin_family = AF_INET,
					     .sin_addr.s_addr = htonl(address),
					     .sin_port = htons(port->inside)};
	(void)loop_add(&inlet->watch, EPOLLIN);
}

void udp_open(const struct net_plan *plan, uint32_t address)
{
	for (size_t i = 0; i < plan->port_count; i++) {
		take_from(plan->ports[i].fd4, &plan->ports[i], address);
		take_from(plan->ports[i].fd6, &plan->ports[i], address);
	}
}
