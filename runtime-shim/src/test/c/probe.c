/*
 * What a process may do, seen from inside. probe CALL… prints the errno of each call's result:
 *   64:NR:A0:A1:A2  the machine's own system call      32:NR:A0:A1:A2  the same through int 0x80
 *   x32:NR          with the x32 bit
 *   exe             opens /proc/self/exe and /proc/1/exe for writing
 *   sleep           a forked child sleeps, and so does its parent
 *   fds             lists what is open
 *   listen:NAME     has an abstract socket of that name, and waits
 *   connect:NAME    the errno of a connection to it
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static long call_32(long nr, long a, long b, long c)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
#else
	(void)nr, (void)a, (void)b, (void)c;
	return -ENOSYS;
#endif
}

static void probe(const char *word)
{
	long number[4] = {0};
	char copy[256];
	char *at;
	char *rest = copy;
	long result;

	snprintf(copy, sizeof copy, "%s", word);
	at = strsep(&rest, ":");
	for (int i = 0; i < 4 && rest; i++)
		number[i] = (long)strtoull(strsep(&rest, ":"), NULL, 0);
	if (strcmp(at, "32") == 0) {
		result = call_32(number[0], number[1], number[2], number[3]);
		printf("%s %ld\n", word, result < 0 ? -result : 0);
		return;
	}
	if (strcmp(at, "x32") == 0)
		number[0] |= 0x40000000;
	result = syscall(number[0], number[1], number[2], number[3], 0, 0, 0);
	printf("%s %d\n", word, result < 0 ? errno : 0);
}

static void overwrite(const char *path)
{
	int fd = open(path, O_WRONLY);

	printf("%s %s\n", path, fd < 0 ? strerror(errno) : "OPENED");
}

static void list_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;

	while ((entry = readdir(folder))) {
		if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder))
			printf("%s ", entry->d_name);
	}
	printf("\n");
}

static void abstract_socket(const char *word)
{
	const char *name = strchr(word, ':') + 1;
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name));
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memcpy(address.sun_path + 1, name, strlen(name));
	if (word[0] == 'c') {
		printf("connect %d\n", connect(fd, (struct sockaddr *)&address, size) < 0 ? errno : 0);
		return;
	}
	if (bind(fd, (struct sockaddr *)&address, size) < 0 || listen(fd, 8) < 0)
		printf("listen %d\n", errno);
	printf("listening\n");
	fflush(stdout);
	sleep(1000);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "listen:", 7) == 0 || strncmp(argv[i], "connect:", 8) == 0) {
			abstract_socket(argv[i]);
			continue;
		}
		if (strcmp(argv[i], "exe") == 0) {
			overwrite("/proc/self/exe");
			overwrite("/proc/1/exe");
		} else if (strcmp(argv[i], "sleep") == 0) {
			(void)!fork();
			printf("sleeping\n");
			fflush(stdout);
			sleep(1000);
		} else if (strcmp(argv[i], "fds") == 0) {
			list_fds();
		} else {
			probe(argv[i]);
		}
		fflush(stdout);
	}
	return 0;
}
