#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

int report_fd = -1;

/* One write, so that lines of several processes don't mix. */
__attribute__((noreturn)) static void report(int code, const char *text)
{
	char line[2048];
	int size;

	if (report_fd >= 0)
		size = snprintf(line, sizeof line, "%c%s", code, text);
	else
		size = snprintf(line, sizeof line, "jbuild-shim: %s\n", text);
	if (size >= (int)sizeof line)
		size = (int)sizeof line - 1;
	/* Nobody is left to tell when this fails. */
	(void)write_all(report_fd >= 0 ? report_fd : STDERR_FILENO, line, (size_t)size);
	_exit(code);
}

void die(const char *step, const char *fmt, ...)
{
	const char *reason = strerror(errno);
	char what[1536];
	char text[2000];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	(void)snprintf(text, sizeof text, "%s: %s: %s", step, what, reason);
	report(EXIT_SHIM, text);
}

void die_code(int code, const char *step, const char *fmt, ...)
{
	char what[1536];
	char text[2000];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(what, sizeof what, fmt, args);
	va_end(args);
	(void)snprintf(text, sizeof text, "%s: %s", step, what);
	report(code, text);
}

void close_fdp(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

bool write_all(int fd, const void *bytes, size_t size)
{
	const char *at = bytes;

	while (size > 0) {
		ssize_t done = write(fd, at, size);

		if (done < 0) {
			struct pollfd room = {.fd = fd, .events = POLLOUT};

			if (errno == EINTR)
				continue;
			/* Somebody who shares our stdout may have made it non-blocking. */
			if (errno == EAGAIN && poll(&room, 1, -1) >= 0)
				continue;
			return false;
		}
		at += done;
		size -= (size_t)done;
	}
	return true;
}

bool buffer_fill(struct buffer *buffer, int fd)
{
	ssize_t done;

	if (buffer->room - buffer->size < 65536) {
		size_t room = buffer->room * 2 + 131072;
		char *bytes = realloc(buffer->bytes, room);

		if (!bytes)
			die("memory", "%zu bytes", room);
		buffer->bytes = bytes;
		buffer->room = room;
	}
	done = read(fd, buffer->bytes + buffer->size, buffer->room - buffer->size);
	if (done < 0)
		return errno == EINTR || errno == EAGAIN;
	buffer->size += (size_t)done;
	return done > 0;
}

int pidfd_signal(int pidfd, int sig)
{
	return (int)syscall(SYS_pidfd_send_signal, pidfd, sig, NULL, 0);
}

int pidfd_of(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

enum { FDS_MAX = 4 };

bool send_fds(int socket, const int *fds, size_t count, const void *bytes, size_t size)
{
	struct iovec data = {.iov_base = (void *)(uintptr_t)bytes, .iov_len = size};
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(FDS_MAX * sizeof(int))] = {0};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = space,
				 .msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int))};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) >= 0;
}

ssize_t receive_fds(int socket, int *fds, size_t count, void *bytes, size_t size)
{
	struct iovec data = {.iov_base = bytes, .iov_len = size};
	_Alignas(struct cmsghdr) char space[CMSG_SPACE(FDS_MAX * sizeof(int))];
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = space,
				 .msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int))};
	const struct cmsghdr *header;
	ssize_t got;

	for (size_t i = 0; i < count; i++)
		fds[i] = -1;
	got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	if (got <= 0)
		return got;
	header = CMSG_FIRSTHDR(&message);
	if (header && header->cmsg_type == SCM_RIGHTS) {
		size_t came = header->cmsg_len - CMSG_LEN(0);

		memcpy(fds, CMSG_DATA(header), came < count * sizeof(int) ? came : count * sizeof(int));
	}
	return got;
}

void open_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	while (fd >= 0 && fd <= 2);
	if (fd < 0)
		die("start", "open /dev/null");
	(void)close(fd);
}

static int copy_to_memory(int self)
{
	struct stat stat;
	off_t copied = 0;
	int copy = (int)syscall(SYS_memfd_create, "jbuild-shim",
				MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);

	/* MFD_EXEC is known since 6.3. */
	if (copy < 0 && errno == EINVAL)
		copy = (int)syscall(SYS_memfd_create, "jbuild-shim",
				    MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (copy < 0 || fstat(self, &stat) < 0)
		die("start", "memfd_create");
	while (copied < stat.st_size) {
		if (sendfile(copy, self, &copied, (size_t)(stat.st_size - copied)) <= 0)
			die("start", "copy to memory");
	}
	return copy;
}

static char **own_argv;

void hide_arguments(const char *name)
{
	char *at = own_argv[0];
	char *end = at;

	for (char **word = own_argv; *word; word++)
		end = *word + strlen(*word);
	memset(at, 0, (size_t)(end - at));
	(void)strncpy(at, name, (size_t)(end - at));
}

void keep_arguments(char **argv)
{
	own_argv = argv;
}

void seal_self(char **argv)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	cleanup_fd int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int copy;

	keep_arguments(argv);
	if (self < 0)
		die("start", "open /proc/self/exe");
	if (fcntl(self, F_GET_SEALS) == seals)
		return;
	copy = copy_to_memory(self);
	if (fcntl(copy, F_ADD_SEALS, seals) < 0)
		die("start", "seal");
	(void)syscall(SYS_execveat, copy, "", argv, environ, AT_EMPTY_PATH);
	die("start", "execute from memory");
}
