/* Mounts that show files as belonging to others than they do on disk. */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* In a child: its folder in /proc goes to the parent, as only who may set ids outside can write its maps. */
__attribute__((noreturn)) static void hold_namespace(int socket)
{
	char byte = 0;
	int self = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (self < 0 || unshare(CLONE_NEWUSER) < 0 || !send_fds(socket, &self, 1, &byte, 1))
		_exit(1);
	/* The namespace lives as long as somebody is in it, or has it open. */
	(void)read(socket, &byte, 1);
	_exit(0);
}

static bool write_map(int folder, const char *name, const char *lines)
{
	cleanup_fd int file = openat(folder, name, O_WRONLY | O_CLOEXEC);

	return file >= 0 && write_all(file, lines, strlen(lines));
}

static int namespace_of(int folder, const char *uids, const char *gids)
{
	if (!write_map(folder, "uid_map", uids) || !write_map(folder, "gid_map", gids))
		return -1;
	return openat(folder, "ns/user", O_RDONLY | O_CLOEXEC);
}

int idmap_namespace(const char *uids, const char *gids)
{
	int ends[2];
	int folder = -1;
	int made = -1;
	char byte;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		hold_namespace(ends[1]);
	}
	(void)close(ends[1]);
	if (pid > 0 && receive_fds(ends[0], &folder, 1, &byte, 1) > 0 && folder >= 0)
		made = namespace_of(folder, uids, gids);
	(void)close(ends[0]);
	close_fdp(&folder);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	return made;
}
