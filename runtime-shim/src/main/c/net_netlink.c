/* Messages to the kernel: rtnetlink for devices, nfnetlink for rules. */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_ROOM = 32768 };

bool nl_open(struct nl *nl, int protocol)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK};
	int large = 1 << 20;

	memset(nl, 0, sizeof *nl);
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		return false;
	/* For thousands of ports in one message. */
	(void)setsockopt(nl->fd, SOL_SOCKET, SO_SNDBUFFORCE, &large, sizeof large);
	return bind(nl->fd, (struct sockaddr *)&local, sizeof local) == 0;
}

void nl_close(struct nl *nl)
{
	close_fdp(&nl->fd);
	free(nl->bytes);
	nl->bytes = NULL;
	nl->size = nl->room = 0;
}

static void *extend(struct nl *nl, size_t size)
{
	size_t aligned = NLMSG_ALIGN(size);
	char *at;

	if (nl->room - nl->size < aligned) {
		size_t room = nl->room * 2 + aligned + 4096;
		char *bytes = realloc(nl->bytes, room);

		if (!bytes)
			die("memory", "%zu bytes", room);
		nl->bytes = bytes;
		nl->room = room;
	}
	at = nl->bytes + nl->size;
	memset(at, 0, aligned);
	nl->size += aligned;
	return at;
}

static struct nlmsghdr *current(struct nl *nl)
{
	return (struct nlmsghdr *)(void *)(nl->bytes + nl->last);
}

static void count_in(struct nl *nl)
{
	current(nl)->nlmsg_len = (uint32_t)(nl->size - nl->last);
}

void nl_begin(struct nl *nl, int type, int flags, const void *header, size_t size)
{
	struct nlmsghdr *message;

	nl->last = nl->size;
	message = extend(nl, sizeof *message);
	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = ++nl->seq;
	memcpy(extend(nl, size), header, size);
	count_in(nl);
}

void nl_put(struct nl *nl, int type, const void *data, size_t size)
{
	struct nlattr *attribute = extend(nl, sizeof *attribute + size);

	attribute->nla_type = (uint16_t)type;
	attribute->nla_len = (uint16_t)(sizeof *attribute + size);
	if (size > 0)
		memcpy(attribute + 1, data, size);
	count_in(nl);
}

void nl_text(struct nl *nl, int type, const char *text)
{
	nl_put(nl, type, text, strlen(text) + 1);
}

void nl_u32(struct nl *nl, int type, uint32_t value)
{
	nl_put(nl, type, &value, sizeof value);
}

void nl_be32(struct nl *nl, int type, uint32_t value)
{
	nl_u32(nl, type, htonl(value));
}

size_t nl_nest(struct nl *nl, int type)
{
	size_t at = nl->size;

	nl_put(nl, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_unnest(struct nl *nl, size_t nest)
{
	struct nlattr *attribute = (struct nlattr *)(void *)(nl->bytes + nest);

	attribute->nla_len = (uint16_t)(nl->size - nest);
}

static bool transmit(struct nl *nl)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t sent = sendto(nl->fd, nl->bytes, nl->size, 0, (struct sockaddr *)&kernel,
			      sizeof kernel);

	nl->size = nl->last = 0;
	return sent >= 0;
}

static int error_of(const struct nlmsghdr *message)
{
	int code;

	memcpy(&code, NLMSG_DATA(message), sizeof code);
	return code;
}

/* The kernel has answered when the sending returns: requests are done by the one who sends them. */
int nl_send(struct nl *nl)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_ROOM];
	int first = 0;
	ssize_t size;

	current(nl)->nlmsg_flags |= NLM_F_ACK;
	/* The last message of a batch is its end, which is never answered. */
	if (!transmit(nl))
		return -errno;
	while ((size = recv(nl->fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
		unsigned int left = (unsigned int)size;

		for (struct nlmsghdr *at = (struct nlmsghdr *)(void *)bytes; NLMSG_OK(at, left);
		     at = NLMSG_NEXT(at, left)) {
			if (at->nlmsg_type == NLMSG_ERROR && first == 0)
				first = error_of(at);
		}
	}
	return first;
}

int nl_dump(struct nl *nl, void (*each)(const struct nlmsghdr *message, void *context),
	    void *context)
{
	_Alignas(struct nlmsghdr) char bytes[ANSWER_ROOM];
	/* One that is no dump has one answer, and then an acknowledgement. */
	if ((current(nl)->nlmsg_flags & NLM_F_DUMP) != NLM_F_DUMP)
		current(nl)->nlmsg_flags |= NLM_F_ACK;
	if (!transmit(nl))
		return -errno;
	for (;;) {
		ssize_t size = recv(nl->fd, bytes, sizeof bytes, 0);
		unsigned int left = (unsigned int)size;

		if (size <= 0)
			return size < 0 ? -errno : -EIO;
		for (struct nlmsghdr *at = (struct nlmsghdr *)(void *)bytes; NLMSG_OK(at, left);
		     at = NLMSG_NEXT(at, left)) {
			if (at->nlmsg_type == NLMSG_DONE)
				return 0;
			if (at->nlmsg_type == NLMSG_ERROR)
				return error_of(at);
			each(at, context);
		}
	}
}

const struct nlattr *nl_find(const void *attributes, size_t size, int type)
{
	const char *at = attributes;

	while (size >= sizeof(struct nlattr)) {
		const struct nlattr *attribute = (const struct nlattr *)(const void *)at;
		size_t whole = ((size_t)attribute->nla_len + 3) & ~(size_t)3;

		if (attribute->nla_len < sizeof *attribute || attribute->nla_len > size)
			return NULL;
		if ((attribute->nla_type & NLA_TYPE_MASK) == type)
			return attribute;
		if (whole >= size)
			return NULL;
		at += whole;
		size -= whole;
	}
	return NULL;
}
