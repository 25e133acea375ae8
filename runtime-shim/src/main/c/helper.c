/* The helper of a container's network: `shim net run PLAN` beside the supervisor. */
#include "supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READY_FD = 3, NAMESPACE_FD = 4, PATIENCE_MS = 5000 };

__attribute__((noreturn)) static void become_helper(const char *plan, int ready)
{
	char *argv[] = {(char *)"jbuild-net", (char *)"net", (char *)"run", strdup(plan), NULL};
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int high = fcntl(self, F_DUPFD_CLOEXEC, 16);

	child_signals();
	if (high < 0 || dup2(ready, READY_FD) < 0 || sys_close_range(NAMESPACE_FD, 15) < 0 ||
	    sys_close_range((unsigned)high + 1, ~0U) < 0)
		_exit(EXIT_SHIM);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)fexecve(high, argv, environ);
	_exit(EXIT_SHIM);
}

static bool ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) != 0;
}

/* As a command that can't be run: it is said, and written down. */
static bool helper_failed(struct supervisor *s, const char *text, size_t size)
{
	const char code = EXIT_SHIM;

	s->failure.size = 0;
	buffer_put(&s->failure, &code, 1);
	buffer_text(&s->failure, "network: ");
	buffer_put(&s->failure, text, size > 0 ? size : strlen(text));
	return false;
}

bool helper_start(struct supervisor *s)
{
	const char *plan = plan_option(&s->plan, "net");
	struct buffer text = {0};
	char path[64];
	int ready[2];

	if (!plan)
		return true;
	if (pipe2(ready, O_CLOEXEC) < 0)
		return helper_failed(s, strerror(errno), 0);
	s->helper = fork();
	if (s->helper == 0)
		become_helper(plan, ready[1]);
	(void)close(ready[1]);
	while (s->helper > 0 && buffer_fill(&text, ready[0]))
		;
	(void)close(ready[0]);
	if (s->helper < 0)
		return helper_failed(s, "fork", 0);
	(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", s->helper, NAMESPACE_FD);
	s->plan.netns_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (text.size == 0 && s->plan.netns_fd >= 0)
		return true;
	helper_stop(s);
	return text.size > 0 ? helper_failed(s, text.bytes, text.size)
			     : helper_failed(s, "the helper has ended", 0);
}

/* Addresses and ports are free again when this returns. */
void helper_stop(struct supervisor *s)
{
	long long until = now_ms() + PATIENCE_MS;
	struct timespec pause = {.tv_nsec = 500000};

	if (s->helper <= 0)
		return;
	close_fdp(&s->plan.netns_fd);
	(void)kill(s->helper, SIGTERM);
	while (!ended(s->helper)) {
		if (now_ms() > until) {
			(void)kill(s->helper, SIGKILL);
			until += PATIENCE_MS;
		}
		(void)nanosleep(&pause, NULL);
	}
	s->helper = 0;
}
