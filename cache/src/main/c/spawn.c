/*
 * A program in a process of its own, without what a JVM does for one: a helper program, a thread that waits for it, and half a megabyte of
 * classes, which take longer than many a short command.
 *
 * The child shares our memory, as after vfork(2), and this thread waits until it has another program or none. So it must not return from
 * where it began, and leaves its error where we find it.
 */
#include "spawn.h"
#include "calls.h"

#if defined(__x86_64__)
enum { CALL_SIGACTION = 13, CALL_SIGPROCMASK = 14, CALL_CLONE = 56, CALL_EXECVE = 59, CALL_WAIT4 = 61, CALL_FCNTL = 72,
       CALL_EXIT_GROUP = 231, CALL_DUP3 = 292 };
#else
enum { CALL_SIGACTION = 134, CALL_SIGPROCMASK = 135, CALL_CLONE = 220, CALL_EXECVE = 221, CALL_WAIT4 = 260, CALL_FCNTL = 25,
       CALL_EXIT_GROUP = 94, CALL_DUP3 = 24 };
#endif

/* The same everywhere (linux/sched.h, linux/fcntl.h, asm-generic/unistd.h and signal.h). */
enum { VM = 0x100, VFORK = 0x4000, CHILD_SIGNAL = 17, DUPFD_CLOEXEC = 1030, SETMASK = 2, SIGNALS = 64, MASK_SIZE = 8,
       CALL_CLOSE_RANGE = 436, FIRST_FREE = 3, NOBODY = 127 };

typedef unsigned long long mask;

struct spawned {
  const char *path;
  char **argv;
  char **envp;
  int in;
  int out;
  volatile long error;
};

/* As rt_sigaction(2) has it; all of it zero is the default action. */
struct action {
  void *handler;
  unsigned long flags;
  void *restorer;
  mask blocked;
};

static void set_mask(const mask *set, mask *before) {
  (void)system_call(CALL_SIGPROCMASK, SETMASK, (long)set, (long)before, MASK_SIZE, 0);
}

static void put_in_place(int fd, int place, struct spawned *spawned) {
  long result = system_call(CALL_DUP3, fd, place, 0, 0, 0);
  if (result < 0) spawned->error = result;
}

__attribute__((noinline, noreturn)) static void become(struct spawned *spawned) {
  const struct action by_default = {0};
  const mask none = 0;
  /* One of the two may be where the other belongs. */
  int in = (int)system_call(CALL_FCNTL, spawned->in, DUPFD_CLOEXEC, FIRST_FREE, 0, 0);
  int out = (int)system_call(CALL_FCNTL, spawned->out, DUPFD_CLOEXEC, FIRST_FREE, 0, 0);

  /* A handler of the JVM's must not run here. */
  for (int signal = 1; signal <= SIGNALS; signal++) {
    (void)system_call(CALL_SIGACTION, signal, (long)&by_default, 0, MASK_SIZE, 0);
  }
  set_mask(&none, (void *)0);
  put_in_place(in, 0, spawned);
  put_in_place(out, 1, spawned);
  if (!spawned->error) {
    long closed = system_call(CALL_CLOSE_RANGE, FIRST_FREE, 0xffffffffL, 0, 0, 0);
    spawned->error = closed < 0 ? closed : system_call(CALL_EXECVE, (long)spawned->path, (long)spawned->argv, (long)spawned->envp, 0, 0);
  }
  for (;;) (void)system_call(CALL_EXIT_GROUP, NOBODY, 0, 0, 0, 0);
}

long spawn_program(const char *path, char **argv, char **envp, int in, int out) {
  struct spawned spawned = {.path = path, .argv = argv, .envp = envp, .in = in, .out = out, .error = 0};
  const mask all = ~0ULL;
  mask before = 0;
  long child;

  set_mask(&all, &before);
  child = system_call(CALL_CLONE, VM | VFORK | CHILD_SIGNAL, 0, 0, 0, 0);
  if (child == 0) become(&spawned);
  set_mask(&before, (void *)0);
  if (child > 0 && spawned.error) {
    (void)system_call(CALL_WAIT4, child, 0, 0, 0, 0);
    return spawned.error;
  }
  return child;
}
