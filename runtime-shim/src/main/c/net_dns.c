/* The name server at 127.0.0.11: names of our networks are answered here, all others by the servers behind us (RFC 1035). */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	HEADER = 12,
	TYPE_A = 1,
	TYPE_PTR = 12,
	CLASS_IN = 1,
	TTL = 5, /* who starts again may have another address */
	SERVER = 127 << 24 | 11,
	AT_ONCE = 64,
};
enum { RCODE_FAILED = 2 };

static unsigned int get16(const char *at)
{
	return (unsigned int)((uint8_t)at[0] << 8 | (uint8_t)at[1]);
}

static char *put16(char *at, unsigned int value)
{
	at[0] = (char)(value >> 8);
	at[1] = (char)value;
	return at + 2;
}

static char *put32(char *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

/* Labels with points between them; the end of the name in the message, or 0. */
static size_t read_name(const char *message, size_t size, char out[256])
{
	size_t at = HEADER;
	size_t length = 0;

	while (at < size && message[at] != 0) {
		size_t label = (uint8_t)message[at++];

		/* A pointer has no place in a question. */
		if (label > 63 || at + label >= size || length + label + 2 > 255)
			return 0;
		if (length > 0)
			out[length++] = '.';
		memcpy(out + length, message + at, label);
		length += label;
		at += label;
	}
	out[length] = '\0';
	/* A NUL inside would make it look like another name. */
	return at < size && strlen(out) == length ? at + 1 : 0;
}

static char *begin_record(char *at, unsigned int type)
{
	/* The name is that of the question. */
	at = put16(at, 0xc000 | HEADER);
	at = put16(at, type);
	at = put16(at, CLASS_IN);
	return put32(at, TTL);
}

static char *add_addresses(char *at, const struct names_answer *found, unsigned int turn)
{
	for (size_t i = 0; i < found->count; i++) {
		/* Not always the same one first. */
		at = put16(begin_record(at, TYPE_A), 4);
		at = put32(at, found->addresses[(i + turn) % found->count]);
	}
	return at;
}

static char *add_pointer(char *at, const struct names_answer *found)
{
	size_t label = strcspn(found->name, ".");
	size_t size = strlen(found->name);

	at = put16(begin_record(at, TYPE_PTR), (unsigned int)size + 2);
	for (const char *name = found->name;; name += label + 1) {
		label = strcspn(name, ".");
		*at++ = (char)label;
		memcpy(at, name, label);
		at += label;
		if (!name[label])
			break;
	}
	*at++ = 0;
	return at;
}

static void finish(char *message, unsigned int answers, unsigned int code)
{
	/* An answer; recursion as wished for, and available. */
	message[2] = (char)(0x80 | (message[2] & 0x01));
	message[3] = (char)(0x80 | code);
	put16(message + 6, answers);
	put16(message + 8, 0);
	put16(message + 10, 0);
}

static bool read_reversed(const char *name, uint32_t *address)
{
	unsigned int part[4];
	int end = 0;

	if (sscanf(name, "%3u.%3u.%3u.%3u.in-addr.arpa%n", &part[0], &part[1], &part[2], &part[3],
		   &end) != 4 ||
	    end == 0 || name[end])
		return false;
	*address = 0;
	for (int i = 3; i >= 0; i--) {
		if (part[i] > 255)
			return false;
		*address = *address << 8 | part[i];
	}
	return true;
}

size_t dns_answer(char message[DNS_MAX], size_t size)
{
	struct names_answer found;
	char name[256];
	uint32_t address;
	unsigned int type;
	size_t end;
	char *at;

	if (size < HEADER || (message[2] & 0xf8) || get16(message + 4) != 1)
		return 0;
	end = read_name(message, size, name);
	if (end == 0 || end + 4 > size || get16(message + end + 2) != CLASS_IN)
		return 0;
	type = get16(message + end);
	if (type == TYPE_PTR && read_reversed(name, &address))
		names_find_address(address, &found);
	else
		names_find(name, &found);
	if (!found.known)
		return 0;
	at = message + end + 4;
	if (type == TYPE_A && found.count > 0) {
		at = add_addresses(at, &found, get16(message));
		finish(message, (unsigned int)found.count, 0);
	} else if (type == TYPE_PTR && found.name[0]) {
		at = add_pointer(at, &found);
		finish(message, 1, 0);
	} else {
		finish(message, 0, 0);
	}
	return (size_t)(at - message);
}

void dns_fail(char *message, size_t *size)
{
	char name[256];
	size_t end = *size < HEADER ? 0 : read_name(message, *size, name);

	if (end == 0 || end + 4 > *size) {
		*size = 0;
		return;
	}
	finish(message, 0, RCODE_FAILED);
	*size = end + 4;
}

/* ---- datagrams ---- */

static void take_datagrams(struct watch *watch, uint32_t events)
{
	static char message[DNS_MAX];

	(void)events;
	for (int i = 0; i < AT_ONCE; i++) {
		struct sockaddr_in client;
		socklen_t client_size = sizeof client;
		ssize_t got = recvfrom(watch->fd, message, sizeof message, 0,
				       (struct sockaddr *)&client, &client_size);
		size_t size = got < HEADER ? 0 : (size_t)got;
		size_t answer;

		if (got < 0)
			return;
		answer = size > 0 ? dns_answer(message, size) : 0;
		if (answer == 0 && size > 0) {
			if (relay_ask(watch->fd, &client, message, size))
				continue;
			answer = size;
			dns_fail(message, &answer);
		}
		if (answer > 0)
			(void)sendto(watch->fd, message, answer, 0,
				     (const struct sockaddr *)&client, client_size);
	}
}

/* ---- streams: each message has its size before it ---- */

struct stream {
	struct watch watch;
	size_t size;
	char bytes[2 + DNS_MAX];
};

static void pass_on(struct stream *stream)
{
	int client = stream->watch.fd;
	int server = relay_connect();
	size_t size = stream->size - 2;

	if (server < 0) {
		dns_fail(stream->bytes + 2, &size);
		put16(stream->bytes, (unsigned int)size);
		(void)send(client, stream->bytes, size + 2, MSG_NOSIGNAL);
		loop_drop(&stream->watch, stream);
		return;
	}
	/* From here on it is between the two. The copy is watched anew. */
	forward_pair(fcntl(client, F_DUPFD_CLOEXEC, 3), server, stream->bytes, stream->size);
	loop_drop(&stream->watch, stream);
}

static void take_stream(struct watch *watch, uint32_t events)
{
	struct stream *stream = (struct stream *)(void *)watch;
	ssize_t got = recv(watch->fd, stream->bytes + stream->size,
			   sizeof stream->bytes - stream->size, 0);
	size_t answer;

	(void)events;
	if (got < 0 && errno == EAGAIN)
		return;
	if (got <= 0) {
		loop_drop(watch, stream);
		return;
	}
	stream->size += (size_t)got;
	if (stream->size < 2)
		return;
	if (get16(stream->bytes) > DNS_MAX) {
		loop_drop(watch, stream);
		return;
	}
	if (stream->size < 2 + get16(stream->bytes))
		return;
	answer = dns_answer(stream->bytes + 2, get16(stream->bytes));
	if (answer == 0) {
		pass_on(stream);
		return;
	}
	put16(stream->bytes, (unsigned int)answer);
	(void)send(watch->fd, stream->bytes, answer + 2, MSG_NOSIGNAL);
	stream->size = 0;
}

static void take_connections(struct watch *watch, uint32_t events)
{
	int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct stream *stream = fd < 0 ? NULL : calloc(1, sizeof *stream);

	(void)events;
	if (!stream) {
		close_fdp(&fd);
		return;
	}
	stream->watch = (struct watch){fd, take_stream};
	if (!loop_add(&stream->watch, EPOLLIN))
		loop_drop(&stream->watch, stream);
}

/* ---- sockets in the container's namespace ---- */

static int open_socket(int type, uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(SERVER),
				      .sin_port = htons(*port)};
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) < 0 ||
	    (type == SOCK_STREAM && listen(fd, AT_ONCE) < 0) ||
	    getsockname(fd, (struct sockaddr *)&address, &size) < 0)
		close_fdp(&fd);
	*port = ntohs(address.sin_port);
	return fd;
}

/* With rules, programs in the container may have port 53 for themselves; without, it is ours. */
static bool open_sockets(struct watch *datagrams, struct watch *connections, bool no_nft)
{
	uint16_t udp = no_nft ? 53 : 0;
	uint16_t tcp = udp;
	struct nl nft;
	int error;

	datagrams->fd = open_socket(SOCK_DGRAM, &udp);
	connections->fd = open_socket(SOCK_STREAM, &tcp);
	if (datagrams->fd < 0 || connections->fd < 0)
		return net_fail_errno(errno, "open the name server at 127.0.0.11");
	if (no_nft)
		return true;
	if (!nl_open(&nft, NETLINK_NETFILTER))
		return net_fail_errno(errno, "nfnetlink");
	error = rules_redirect_dns(&nft, udp, tcp);
	nl_close(&nft);
	if (!error)
		return true;
	close_fdp(&datagrams->fd);
	close_fdp(&connections->fd);
	return open_sockets(datagrams, connections, true);
}

bool dns_open(const struct net_plan *plan, struct net_host *host)
{
	static struct watch datagrams = {-1, take_datagrams};
	static struct watch connections = {-1, take_connections};
	bool opened;

	names_open(plan);
	opened = net_enter(host->inside_ns) && open_sockets(&datagrams, &connections, host->no_nft);
	if (!net_enter(host->host_ns) || !opened)
		return false;
	relay_open(plan, host);
	return loop_add(&datagrams, EPOLLIN) && loop_add(&connections, EPOLLIN);
}
