/* Who talks to a supervisor: those that are attached, and those that ask for something. */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How much may wait for one client before the program has to. */
enum { BEHIND_MAX = 1 << 20 };

void clients_listen(struct clients *clients)
{
	/* Relative: a path of a store may be longer than an address takes. */
	struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "ctl"};

	(void)unlink("ctl");
	clients->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (clients->listener < 0 ||
	    bind(clients->listener, (const struct sockaddr *)&address, sizeof address) < 0 ||
	    listen(clients->listener, CLIENTS_MAX) < 0)
		die("start", "control socket");
}

struct client *clients_add(struct clients *clients, int fd)
{
	struct client *client;

	if (clients->count == CLIENTS_MAX) {
		(void)close(fd);
		return NULL;
	}
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	client = &clients->all[clients->count++];
	*client = (struct client){.fd = fd};
	return client;
}

void clients_accept(struct clients *clients)
{
	int fd = accept4(clients->listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0)
		(void)clients_add(clients, fd);
}

void buffer_put(struct buffer *out, const void *bytes, size_t size)
{
	if (out->room - out->size < size) {
		size_t room = out->room * 2 + size;
		char *fresh = realloc(out->bytes, room);

		if (!fresh)
			die("memory", "%zu bytes", room);
		out->bytes = fresh;
		out->room = room;
	}
	memcpy(out->bytes + out->size, bytes, size);
	out->size += size;
}

void client_send(struct client *client, enum frame_type type, const void *payload, size_t size)
{
	uint32_t length = (uint32_t)size;
	char header[FRAME_HEADER];

	memcpy(header, &length, 4);
	header[4] = (char)type;
	buffer_put(&client->out, header, sizeof header);
	buffer_put(&client->out, payload, size);
}

void client_send_number(struct client *client, enum frame_type type, uint32_t number)
{
	client_send(client, type, &number, sizeof number);
}

void client_flush(struct client *client)
{
	while (client->sent < client->out.size) {
		ssize_t done = send(client->fd, client->out.bytes + client->sent,
				    client->out.size - client->sent, MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0) {
			if (errno != EAGAIN)
				client->gone = true;
			return;
		}
		client->sent += (size_t)done;
	}
	client->sent = client->out.size = 0;
	/* An idle container should cost nothing. */
	if (client->out.room > 262144) {
		free(client->out.bytes);
		client->out = (struct buffer){0};
	}
}

char *client_frame(struct client *client, size_t *at, enum frame_type *type, size_t *size)
{
	struct buffer *in = &client->in;
	uint32_t length;
	char *frame;

	if (in->size - *at < FRAME_HEADER)
		return NULL;
	frame = in->bytes + *at;
	memcpy(&length, frame, 4);
	if (length > FRAME_MAX) {
		client->gone = true;
		return NULL;
	}
	if (in->size - *at - FRAME_HEADER < length)
		return NULL;
	*type = (enum frame_type)(unsigned char)frame[4];
	*size = length;
	*at += FRAME_HEADER + (size_t)length;
	return frame + FRAME_HEADER;
}

void client_drop(struct client *client, size_t taken)
{
	memmove(client->in.bytes, client->in.bytes + taken, client->in.size - taken);
	client->in.size -= taken;
}

void clients_output(struct clients *clients, int stream, const void *bytes, size_t size)
{
	for (size_t i = 0; i < clients->count; i++) {
		struct client *client = &clients->all[i];

		if (!(client->attached & ATTACH_OUTPUT) || client->gone)
			continue;
		client_send(client, stream == 0 ? FRAME_OUT : FRAME_ERR, bytes, size);
		client_flush(client);
	}
}

bool clients_keep_up(const struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++) {
		if (clients->all[i].out.size - clients->all[i].sent > BEHIND_MAX)
			return false;
	}
	return true;
}

void clients_sweep(struct clients *clients)
{
	for (size_t i = clients->count; i > 0; i--) {
		struct client *client = &clients->all[i - 1];

		if (!client->gone)
			continue;
		(void)close(client->fd);
		free(client->in.bytes);
		free(client->out.bytes);
		*client = clients->all[--clients->count];
	}
}

/* What is still to be said is said, even to who reads slowly. */
void clients_finish(struct clients *clients)
{
	for (size_t i = 0; i < clients->count; i++) {
		struct client *client = &clients->all[i];

		if (!client->gone && client->sent < client->out.size) {
			(void)fcntl(client->fd, F_SETFL, 0);
			(void)write_all(client->fd, client->out.bytes + client->sent,
					client->out.size - client->sent);
		}
		client->gone = true;
	}
	clients_sweep(clients);
}
