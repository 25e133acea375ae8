/*
 * What is known of networks, in files below ROOT/networks:
 *   ID/lock                 held while a bridge or an address of the network is made or removed
 *   ID/endpoints/CONTAINER  who is in it, lines of words with tabs between them
 *   live/CONTAINER          locked by the container's helper as long as it lives; the ports it has
 * Locks are POSIX locks: they end with the process, and Java takes them too. In live/, only the owner's is exclusive: who looks, and
 * who takes away what the dead have left, has a shared one, which keeps new owners out for that moment and fools nobody else.
 */
#include "net.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, SMALL_FILE = 65536, LIVE_TRIES = 500 };

static bool state_path(char out[PATH_SIZE], const char *root, const char *a, const char *b,
		       const char *c)
{
	int size = snprintf(out, PATH_SIZE, "%s/networks/%s%s%s%s%s", root, a, b ? "/" : "",
			    b ? b : "", c ? "/" : "", c ? c : "");

	return size > 0 && size < PATH_SIZE;
}

static bool lock_file(int fd, int command, short type)
{
	struct flock lock = {.l_type = type, .l_whence = SEEK_SET};
	int done;

	do
		done = fcntl(fd, command, &lock);
	while (done < 0 && errno == EINTR);
	return done == 0;
}

int state_lock_network(const char *root, const char *network, bool make)
{
	char path[PATH_SIZE];
	int fd;

	if (!state_path(path, root, network, "lock", NULL))
		return -1;
	fd = open(path, O_RDWR | (make ? O_CREAT : 0) | O_CLOEXEC, 0600);
	if (fd >= 0 && !lock_file(fd, F_SETLKW, F_WRLCK))
		close_fdp(&fd);
	return fd;
}

int state_open(const char *root, const char *a, const char *b)
{
	char path[PATH_SIZE];

	if (!state_path(path, root, a, b, NULL))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool is_at(int fd, const char *path)
{
	struct stat ours;
	struct stat there;

	return fstat(fd, &ours) == 0 && stat(path, &there) == 0 && ours.st_ino == there.st_ino;
}

int state_lock_live(const char *root, const char *container)
{
	char path[PATH_SIZE];
	int fd = -1;

	if (!state_path(path, root, "live", container, NULL))
		return -1;
	do {
		close_fdp(&fd);
		fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
		/* Who only looks has it for a moment, which is longer where many processes wait for a core. */
		for (int i = 0; fd >= 0 && i < LIVE_TRIES && !lock_file(fd, F_SETLK, F_WRLCK); i++) {
			if (i == LIVE_TRIES - 1)
				close_fdp(&fd);
			else
				(void)usleep(2000);
		}
		/* A sweep may have taken the file away before it was locked. */
	} while (fd >= 0 && !is_at(fd, path));
	return fd;
}

/* The lock keeps a new owner from taking the file between the look and its removal. */
static void forget_if_dead(const char *root, const char *container)
{
	char path[PATH_SIZE];
	cleanup_fd int fd = -1;

	if (!state_path(path, root, "live", container, NULL))
		return;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && lock_file(fd, F_SETLK, F_RDLCK) && is_at(fd, path))
		(void)unlink(path);
}

void state_forget_dead(const char *root)
{
	int fd = state_open(root, "live", NULL);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		close_fdp(&fd);
		return;
	}
	/* One at a time: a second one would take away the file that a new owner has made after the first. */
	while (flock(fd, LOCK_EX) < 0 && errno == EINTR)
		;
	while ((entry = readdir(folder)) != NULL) {
		if (entry->d_name[0] != '.')
			forget_if_dead(root, entry->d_name);
	}
	(void)closedir(folder);
}

pid_t state_live(const char *root, const char *container)
{
	char path[PATH_SIZE];
	/* Shared: only the owner's is in its way. */
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	cleanup_fd int fd = -1;

	if (!state_path(path, root, "live", container, NULL))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fcntl(fd, F_GETLK, &lock) < 0 || lock.l_type == F_UNLCK)
		return 0;
	/* -1: of a process that we can't see, in another pid namespace. */
	return lock.l_pid ? lock.l_pid : -1;
}

uint32_t state_serial(const char *root, const char *container)
{
	char path[PATH_SIZE];
	char text[16] = "";
	unsigned int serial = 0;
	cleanup_fd int fd = -1;

	if (!state_path(path, root, "live", container, NULL))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, text, sizeof text - 1) <= 0 ||
	    sscanf(text, "serial\t%8x", &serial) != 1)
		return 0;
	return serial;
}

void state_forget_live(const char *root, const char *container)
{
	char path[PATH_SIZE];

	if (state_path(path, root, "live", container, NULL))
		(void)unlink(path);
}

bool state_write_endpoint(const char *root, const char *network, const char *container,
			  const char *text)
{
	char path[PATH_SIZE];
	char temporary[PATH_SIZE];
	int fd;
	bool written;

	if (!state_path(path, root, network, "endpoints", container) ||
	    /* Names that begin with a point are nobody's. */
	    !state_path(temporary, root, network, "endpoints/.new", NULL))
		return false;
	fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	written = write_all(fd, text, strlen(text));
	(void)close(fd);
	return written && rename(temporary, path) == 0;
}

void state_remove_endpoint(const char *root, const char *network, const char *container)
{
	char path[PATH_SIZE];

	if (state_path(path, root, network, "endpoints", container))
		(void)unlink(path);
}

static bool take_word(char *out, size_t size, const char *text)
{
	size_t length = strlen(text);

	if (length >= size)
		return false;
	memcpy(out, text, length + 1);
	return true;
}

static bool take_line(struct endpoint *out, const char *key, const char *value)
{
	struct in_addr in;

	if (strcmp(key, "address") == 0) {
		out->address = inet_pton(AF_INET, value, &in) == 1 ? ntohl(in.s_addr) : 0;
		return out->address != 0;
	}
	if (strcmp(key, "veth") == 0)
		return take_word(out->veth, sizeof out->veth, value);
	if (strcmp(key, "ifname") == 0)
		return take_word(out->ifname, sizeof out->ifname, value);
	/* Without it, when it is longer: it is a way to ask for a name, no more. */
	if (strcmp(key, "network") == 0)
		(void)take_word(out->network, sizeof out->network, value);
	return true;
}

/* The text keeps its names as NUL-ended words, one behind the other. */
static bool parse_endpoint(struct endpoint *out)
{
	char *names = out->text;
	char *line = out->text;

	while (*line) {
		char *end = line + strcspn(line, "\n");
		bool more = *end != '\0';
		char *tab;

		*end = '\0';
		tab = strchr(line, '\t');
		if (!tab)
			return false;
		*tab = '\0';
		if (strcmp(line, "name") == 0) {
			size_t size = strlen(tab + 1) + 1;

			memmove(names, tab + 1, size);
			names += size;
		} else if (!take_line(out, line, tab + 1)) {
			return false;
		}
		line = end + (more ? 1 : 0);
	}
	out->names_end = names;
	return out->address != 0;
}

bool state_read_endpoint(int folder, const char *name, struct endpoint *out)
{
	struct stat stat;
	cleanup_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t got;

	memset(out, 0, sizeof *out);
	if (fd < 0 || fstat(fd, &stat) < 0 || stat.st_size > SMALL_FILE ||
	    !take_word(out->container, sizeof out->container, name))
		return false;
	out->text = malloc((size_t)stat.st_size + 1);
	if (!out->text)
		return false;
	got = read(fd, out->text, (size_t)stat.st_size);
	out->text[got > 0 ? got : 0] = '\0';
	if (parse_endpoint(out))
		return true;
	endpoint_free(out);
	return false;
}

void endpoint_free(struct endpoint *endpoint)
{
	free(endpoint->text);
	endpoint->text = NULL;
}

bool endpoint_has_name(const struct endpoint *endpoint, const char *name)
{
	for (const char *at = endpoint->text; at < endpoint->names_end; at += strlen(at) + 1) {
		if (strcasecmp(at, name) == 0)
			return true;
	}
	return false;
}

void state_each_endpoint(const char *root, const char *network, endpoint_visitor *each,
			 void *context)
{
	int fd = state_open(root, network, "endpoints");
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		close_fdp(&fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		struct endpoint endpoint;

		if (entry->d_name[0] == '.' ||
		    !state_read_endpoint(dirfd(folder), entry->d_name, &endpoint))
			continue;
		if (!each(&endpoint, context)) {
			endpoint_free(&endpoint);
			break;
		}
		endpoint_free(&endpoint);
	}
	(void)closedir(folder);
}

void state_each_network(const char *root, void (*each)(const char *network, void *context),
			void *context)
{
	int fd = state_open(root, ".", NULL);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!folder) {
		close_fdp(&fd);
		return;
	}
	while ((entry = readdir(folder)) != NULL) {
		/* Whatever else is there has no name of that length. */
		if (strlen(entry->d_name) == ID_SIZE - 1 && entry->d_name[0] != '.')
			each(entry->d_name, context);
	}
	(void)closedir(folder);
}

bool state_find_endpoint(const char *root, const char *network, const char *container,
			 struct endpoint *out)
{
	cleanup_fd int folder = state_open(root, network, "endpoints");

	return folder >= 0 && state_read_endpoint(folder, container, out);
}
