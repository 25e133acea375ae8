#include "shim.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { STATE_MAX = 4096 };

void time_text(char out[TIME_SIZE])
{
	struct timespec now;
	struct tm parts;
	size_t size;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)gmtime_r(&now.tv_sec, &parts);
	size = strftime(out, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &parts);
	(void)snprintf(out + size, TIME_SIZE - size, ".%09ldZ", now.tv_nsec % 1000000000);
}

long long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool replace_file(const char *name, const char *text, size_t size)
{
	char fresh[64];
	int file;
	bool written;

	(void)snprintf(fresh, sizeof fresh, ".%s", name);
	file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return false;
	written = write_all(file, text, size);
	if (close(file) == 0 && written && rename(fresh, name) == 0)
		return true;
	(void)unlink(fresh);
	return false;
}

/* On a full disk there is room left where the file is now. */
static bool overwrite_state(const char *text, size_t size)
{
	cleanup_fd int file = open("state", O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
	char padded[STATE_MAX];
	off_t before = file < 0 ? -1 : lseek(file, 0, SEEK_END);

	if (before < 0 || before > STATE_MAX)
		return false;
	memset(padded, '\n', sizeof padded);
	memcpy(padded, text, size);
	if ((size_t)before > size)
		size = (size_t)before;
	return pwrite(file, padded, size, 0) == (ssize_t)size;
}

bool state_save(const struct state *state)
{
	char text[STATE_MAX];
	int size = snprintf(text, sizeof text,
			    "status=%s\npid=%d\nexit=%d\nrestarts=%u\noom=%d\nstopped=%d\n"
			    "started=%s\nfinished=%s\nerror=%s\nlost=%lu\n",
			    state->status, state->pid, state->exit, state->restarts, state->oom,
			    state->stopped, state->started, state->finished, state->error,
			    state->lost);

	return replace_file("state", text, (size_t)size) || overwrite_state(text, (size_t)size);
}

static const char *value(const char *text, const char *name)
{
	const char *at = strstr(text, name);

	return at ? at + strlen(name) : "";
}

bool state_load(int folder, struct state *out)
{
	char text[STATE_MAX];
	cleanup_fd int file = openat(folder, "state", O_RDONLY | O_CLOEXEC);
	ssize_t size = file < 0 ? -1 : read(file, text, sizeof text - 1);
	const char *started;

	if (size <= 0)
		return false;
	text[size] = '\0';
	memset(out, 0, sizeof *out);
	out->status = strncmp(text, "status=running\n", 15) == 0 ? "running" : "";
	out->pid = (pid_t)strtol(value(text, "\npid="), NULL, 10);
	out->exit = (int)strtol(value(text, "\nexit="), NULL, 10);
	started = value(text, "\nstarted=");
	(void)snprintf(out->started, sizeof out->started, "%.*s", (int)strcspn(started, "\n"),
		       started);
	return true;
}
