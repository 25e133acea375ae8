package dev.jbuild.runtime;

/** The kernel's numbers of the limits (asm-generic/resource.h; the same on x86_64 and aarch64). */
final class Rlimits {
  private static final String[] NAMES = {
    "cpu",
    "fsize",
    "data",
    "stack",
    "core",
    "rss",
    "nproc",
    "nofile",
    "memlock",
    "as",
    "locks",
    "sigpending",
    "msgqueue",
    "nice",
    "rtprio",
    "rttime"
  };

  private Rlimits() {}

  static int number(String name) {
    for (int i = 0; i < NAMES.length; i++) {
      if (NAMES[i].equals(name)) {
        return i;
      }
    }
    return -1;
  }
}
