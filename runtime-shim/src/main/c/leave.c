/* What a supervisor says to the world, and what it takes along when it goes. */
#include "supervise.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* As engine/container/Events.java has it. */
#define MOST_EVENT_BYTES 4000000

void buffer_text(struct buffer *out, const char *text)
{
	buffer_put(out, text, strlen(text));
}

/* Bytes of a whole UTF-8 sequence; 0: it is none. */
static size_t sequence(const unsigned char *at, size_t size)
{
	size_t length = *at >= 0xf0 && *at <= 0xf4 ? 4 : *at >= 0xe0 ? 3 : 2;

	if (*at < 0xc2 || *at > 0xf4 || size < length)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return length;
}

void json_escape(struct buffer *out, const char *bytes, size_t size)
{
	const unsigned char *at = (const unsigned char *)bytes;
	const unsigned char *end = at + size;

	while (at < end) {
		char text[8];
		size_t length = 1;

		if (*at == '"' || *at == '\\') {
			(void)snprintf(text, sizeof text, "\\%c", *at);
			buffer_text(out, text);
		} else if (*at == '\n') {
			buffer_text(out, "\\n");
		} else if (*at < 0x20 || *at == 0x7f) {
			(void)snprintf(text, sizeof text, "\\u%04x", *at);
			buffer_text(out, text);
		} else if (*at < 0x80) {
			buffer_put(out, at, 1);
		} else if ((length = sequence(at, (size_t)(end - at))) > 0) {
			buffer_put(out, at, length);
		} else {
			buffer_text(out, "\\ufffd");
			length = 1;
		}
		at += length;
	}
}

/* A file of events that has grown takes the place of the one before it. The lock says who does it; whoever comes too
 * late has another file open than that name's. */
static void put_aside(int file, const char *path)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	struct stat held;
	struct stat named;
	char older[4096];

	if (fstat(file, &held) < 0 || held.st_size <= MOST_EVENT_BYTES)
		return;
	if (fcntl(file, F_SETLK, &lock) < 0 || stat(path, &named) < 0 ||
	    named.st_ino != held.st_ino)
		return;
	if ((size_t)snprintf(older, sizeof older, "%s.1", path) < sizeof older)
		(void)rename(path, older);
}

/* One line of JSON in one write: many supervisors append to the file. */
static void append_event(const struct plan *plan, const char *type, const char *action,
			 const char *id, const char *const attributes[2])
{
	const char *path = plan_option(plan, "events");
	cleanup_fd int file = -1;
	struct timespec now;
	struct buffer line = {0};
	char head[128];

	if (!path)
		return;
	file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return;
	(void)clock_gettime(CLOCK_REALTIME, &now);
	(void)snprintf(head, sizeof head, "{\"time\":%lld,\"timeNano\":%lld%09ld,\"Type\":\"%s\",",
		       (long long)now.tv_sec, (long long)now.tv_sec, now.tv_nsec, type);
	buffer_text(&line, head);
	buffer_text(&line, "\"Action\":\"");
	json_escape(&line, action, strlen(action));
	buffer_text(&line, "\",\"Actor\":{\"ID\":\"");
	buffer_text(&line, id);
	buffer_text(&line, "\",\"Attributes\":{");
	buffer_text(&line, attributes[0]);
	buffer_text(&line, attributes[1]);
	buffer_text(&line, "}}}\n");
	/* An event that can't be written down must not stop a container. */
	(void)write_all(file, line.bytes, line.size);
	put_aside(file, path);
	free(line.bytes);
}

void tell_event(const struct plan *plan, const char *action, const char *more)
{
	const char *actor = plan_option(plan, "actor");
	const char *id = plan_option(plan, "id");

	if (actor && id)
		append_event(plan, "container", action, id, (const char *const[]){actor, more});
}

/* `uses-N=network ID ATTRIBUTES`, `uses-N=volume NAME ATTRIBUTES` */
static void tell_use(const struct plan *plan, const char *use, bool up)
{
	const char *id = strchr(use, ' ');
	const char *attributes = id ? strchr(id + 1, ' ') : NULL;
	const bool network = strncmp(use, "network ", 8) == 0;
	char *name;

	if (!attributes)
		return;
	name = strndup(id + 1, (size_t)(attributes - id - 1));
	if (name && network)
		append_event(plan, "network", up ? "connect" : "disconnect", name,
			     (const char *const[]){attributes + 1, ""});
	else if (name)
		append_event(plan, "volume", up ? "mount" : "unmount", name,
			     (const char *const[]){attributes + 1, ""});
	free(name);
}

void tell_uses(const struct plan *plan, bool up)
{
	for (size_t i = 0; i < plan->options.count; i++) {
		const char *value = strchr(plan->options.at[i], '=');

		if (value && strncmp(plan->options.at[i], "uses-", 5) == 0)
			tell_use(plan, value + 1, up);
	}
}

static long count_in(const char *folder, const char *name)
{
	char path[4096];
	char text[1024];
	cleanup_fd int file = -1;
	ssize_t size;
	const char *at;

	(void)snprintf(path, sizeof path, "%s/%s", folder, name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	size = file < 0 ? -1 : read(file, text, sizeof text - 1);
	if (size <= 0)
		return 0;
	text[size] = '\0';
	at = strstr(text, "oom_kill ");
	return at ? strtol(at + 9, NULL, 10) : 0;
}

/* The counters go on through restarts. */
long tell_oom(const struct plan *plan)
{
	static long before;
	long all = 0;
	long fresh;

	for (size_t i = 0; i < plan->cgroups.count; i++)
		all += count_in(plan->cgroups.at[i], "memory.events") +
		       count_in(plan->cgroups.at[i], "memory.oom_control");
	fresh = all - before;
	before = all;
	return fresh;
}

static void remove_cgroups(const struct plan *plan)
{
	for (size_t i = 0; i < plan->cgroups.count; i++) {
		/* Its processes have ended, but may not have been counted out yet. */
		for (int tries = 0; rmdir(plan->cgroups.at[i]) < 0 && tries < 50; tries++) {
			struct timespec pause = {.tv_nsec = 2000000};

			if (access(plan->cgroups.at[i], F_OK) < 0)
				break;
			(void)nanosleep(&pause, NULL);
		}
	}
}

static void remove_volumes(const struct plan *plan)
{
	for (size_t i = 0; i < plan->options.count; i++) {
		const char *option = plan->options.at[i];

		if (strncmp(option, "volume=/", 8) == 0)
			(void)remove_tree(AT_FDCWD, option + 7);
	}
}

void leave_all(struct supervisor *s)
{
	const char *name = plan_option(&s->plan, "name-file");
	const char *id = plan_option(&s->plan, "id");

	helper_stop(s);
	remove_cgroups(&s->plan);
	if (plan_number(&s->plan, "remove", 0) == 0 || !id)
		return;
	if (name)
		(void)unlink(name);
	remove_volumes(&s->plan);
	tell_event(&s->plan, "destroy", "");
	(void)unlink("config.json");
	if (chdir("..") == 0)
		(void)remove_tree(AT_FDCWD, id);
}
