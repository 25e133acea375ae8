/* Waits for descriptors, and calls who is meant. */
#include "net.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { AT_ONCE = 64, TICK_MS = 1000, TICKS = 4 };

static int epoll = -1;
static bool (*ticks[TICKS])(int64_t now_ms);
/* Freed late: an event of something that was dropped may still be at hand. */
static void *dropped[AT_ONCE * 4];
static size_t dropped_count;

bool loop_open(void)
{
	epoll = epoll_create1(EPOLL_CLOEXEC);
	return epoll >= 0 || net_fail_errno(errno, "epoll");
}

bool loop_add(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	return epoll_ctl(epoll, EPOLL_CTL_ADD, watch->fd, &event) == 0;
}

void loop_change(struct watch *watch, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = watch};

	(void)epoll_ctl(epoll, EPOLL_CTL_MOD, watch->fd, &event);
}

void loop_drop(struct watch *watch, void *memory)
{
	/* Closing takes it out of the epoll. */
	close_fdp(&watch->fd);
	if (memory && dropped_count < sizeof dropped / sizeof *dropped)
		dropped[dropped_count++] = memory;
}

void loop_every_second(bool (*function)(int64_t now_ms))
{
	size_t at = 0;

	while (at < TICKS - 1 && ticks[at] && ticks[at] != function)
		at++;
	ticks[at] = function;
}

int64_t loop_now(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void free_dropped(void)
{
	while (dropped_count > 0)
		free(dropped[--dropped_count]);
}

static bool is_ticking(void)
{
	for (size_t i = 0; i < TICKS; i++) {
		if (ticks[i])
			return true;
	}
	return false;
}

static void call_ticks(int64_t now)
{
	for (size_t i = 0; i < TICKS; i++) {
		if (ticks[i] && !ticks[i](now))
			ticks[i] = NULL;
	}
}

void loop_run(const bool *stop)
{
	struct epoll_event events[AT_ONCE];
	int64_t due = 0;

	while (!*stop) {
		int count = epoll_wait(epoll, events, AT_ONCE, is_ticking() ? TICK_MS : -1);

		for (int i = 0; i < count && !*stop; i++) {
			struct watch *watch = events[i].data.ptr;

			if (watch->fd >= 0)
				watch->ready(watch, events[i].events);
		}
		free_dropped();
		if (is_ticking() && loop_now() >= due) {
			call_ticks(loop_now());
			due = loop_now() + TICK_MS;
		}
	}
}
