/* Health checks: commands in the container, at intervals, and what they say of it. */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const NAMES[] = {"none", "starting", "healthy", "unhealthy"};

const char *health_name(enum health_status status)
{
	return NAMES[status];
}

static void write_down(const struct health *health)
{
	struct buffer out = {0};
	char head[128];

	(void)snprintf(head, sizeof head, "{\"Status\":\"%s\",\"FailingStreak\":%d,\"Log\":[",
		       health_name(health->status), health->streak);
	buffer_text(&out, head);
	for (int i = 0; i < HEALTH_PAST; i++) {
		if (!health->past[i])
			continue;
		if (out.bytes[out.size - 1] != '[')
			buffer_text(&out, ",");
		buffer_text(&out, health->past[i]);
	}
	buffer_text(&out, "]}\n");
	(void)replace_file("health", out.bytes, out.size);
	free(out.bytes);
}

/* Docker asks more often as long as a container is starting. */
static long interval(const struct health *health, const struct plan *plan)
{
	long start_period = plan_number(plan, "health-start-period", 0);

	if (health->status == HEALTH_STARTING && now_ms() - health->since < start_period)
		return plan_number(plan, "health-start-interval", 5000);
	return plan_number(plan, "health-interval", 30000);
}

void health_begin(struct health *health, const struct plan *plan)
{
	for (int i = 0; i < HEALTH_PAST; i++)
		free(health->past[i]);
	*health = (struct health){.pidfd = -1, .output = -1, .report = -1, .since = now_ms()};
	if (plan->health.count == 0)
		return;
	health->status = HEALTH_STARTING;
	health->next = health->since + interval(health, plan);
	write_down(health);
}

static void fail_to_start(struct health *health, const char *why)
{
	int size = snprintf(health->text, sizeof health->text, "%s: %s", why, strerror(errno));

	health->text_size = (size_t)size;
}

/* Our children go into the container's pid namespace: that must not last. */
static bool start_there(const struct plan *check, int pidfd, const struct stdio *io,
			struct started *started)
{
	cleanup_fd int ours = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	bool done = ours >= 0 && join_start(check, pidfd, io, false, started);
	int error = errno;

	if (ours >= 0 && !join_return(check, ours))
		die("health", "own pid namespace");
	errno = error;
	return done;
}

static void start_check(struct health *health, const struct plan *plan, int pidfd)
{
	struct plan check = *plan;
	struct stdio io = {.console = -1};
	struct started started;
	int ends[2];

	health->text_size = 0;
	health->timed_out = false;
	time_text(health->start_text);
	health->deadline = now_ms() + plan_number(plan, "health-timeout", 30000);
	check.argv = plan->health.at;
	check.argc = plan->health.count;
	check.flags &= ~(uint32_t)(FLAG_TTY | FLAG_STDIN | FLAG_INIT);
	io.in = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (io.in < 0 || pipe2(ends, O_CLOEXEC) < 0) {
		close_fdp(&io.in);
		fail_to_start(health, "pipe");
		return;
	}
	io.out = io.err = ends[1];
	(void)fcntl(ends[0], F_SETFL, O_NONBLOCK);
	health->output = ends[0];
	if (start_there(&check, pidfd, &io, &started)) {
		health->pidfd = started.pidfd;
		health->report = started.report;
		(void)fcntl(health->report, F_SETFL, O_NONBLOCK);
	} else {
		fail_to_start(health, "start");
	}
	(void)close(io.in);
	(void)close(ends[1]);
}

static void take_output(struct health *health)
{
	char rest[1024];

	while (health->output >= 0) {
		size_t room = sizeof health->text - health->text_size;
		ssize_t got = room > 0 ? read(health->output, health->text + health->text_size, room)
				       : read(health->output, rest, sizeof rest);

		if (got <= 0) {
			if (got == 0 || errno != EAGAIN)
				close_fdp(&health->output);
			return;
		}
		if (room > 0)
			health->text_size += (size_t)got;
	}
}

/* Why the command could not be executed, as its output. */
static void take_report(struct health *health)
{
	char text[512];
	ssize_t got = read(health->report, text, sizeof text);

	if (got > 1 && health->text_size == 0) {
		memcpy(health->text, text + 1, (size_t)got - 1);
		health->text_size = (size_t)got - 1;
	}
	close_fdp(&health->report);
}

static void remember(struct health *health, int code)
{
	struct buffer line = {0};
	char end[TIME_SIZE];
	char head[256];

	time_text(end);
	(void)snprintf(head, sizeof head,
		       "{\"Start\":\"%s\",\"End\":\"%s\",\"ExitCode\":%d,\"Output\":\"",
		       health->start_text, end, code);
	buffer_text(&line, head);
	json_escape(&line, health->text, health->text_size);
	buffer_put(&line, "\"}", 3);
	free(health->past[0]);
	memmove(health->past, health->past + 1, sizeof health->past - sizeof *health->past);
	health->past[HEALTH_PAST - 1] = line.bytes;
}

/* Returns whether the status has changed. */
static bool judge(struct health *health, const struct plan *plan, int code)
{
	enum health_status before = health->status;
	bool excused = before == HEALTH_STARTING &&
		       now_ms() - health->since < plan_number(plan, "health-start-period", 0);

	if (code == 0) {
		health->streak = 0;
		health->status = HEALTH_HEALTHY;
	} else if (!excused && ++health->streak >= plan_number(plan, "health-retries", 3)) {
		health->status = HEALTH_UNHEALTHY;
	}
	remember(health, code);
	health->next = now_ms() + interval(health, plan);
	write_down(health);
	return health->status != before;
}

bool health_step(struct health *health, const struct plan *plan, int pidfd)
{
	long long now = now_ms();

	if (health->status == HEALTH_NONE)
		return false;
	if (health->pidfd < 0 && now >= health->next) {
		start_check(health, plan, pidfd);
		if (health->pidfd < 0) {
			close_fdp(&health->output);
			return judge(health, plan, -1);
		}
	} else if (health->pidfd >= 0 && !health->timed_out && now >= health->deadline) {
		health->timed_out = true;
		(void)pidfd_signal(health->pidfd, SIGKILL);
	}
	return false;
}

bool health_take(struct health *health, const struct plan *plan)
{
	siginfo_t info = {0};
	int code;

	take_output(health);
	if (health->pidfd < 0 ||
	    waitid(P_PIDFD, (id_t)health->pidfd, &info, WEXITED | WNOHANG) < 0 || info.si_pid == 0)
		return false;
	take_output(health);
	close_fdp(&health->pidfd);
	/* A child of the check may keep it open. */
	close_fdp(&health->output);
	take_report(health);
	code = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	if (health->timed_out) {
		code = -1;
		health->text_size = (size_t)snprintf(
			health->text, sizeof health->text, "Health check exceeded timeout (%gs)",
			(double)plan_number(plan, "health-timeout", 30000) / 1000);
	}
	return judge(health, plan, code);
}

void health_end(struct health *health)
{
	siginfo_t info;

	if (health->pidfd >= 0) {
		(void)pidfd_signal(health->pidfd, SIGKILL);
		while (waitid(P_PIDFD, (id_t)health->pidfd, &info, WEXITED) < 0 && errno == EINTR)
			;
	}
	close_fdp(&health->pidfd);
	close_fdp(&health->output);
	close_fdp(&health->report);
	health->next = health->deadline = 0;
	health->status = HEALTH_NONE;
}

long long health_due(const struct health *health)
{
	if (health->status == HEALTH_NONE)
		return 0;
	if (health->pidfd >= 0)
		return health->timed_out ? 0 : health->deadline;
	return health->next;
}
