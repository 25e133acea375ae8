package dev.jbuild.linux;

/** System calls by their numbers, and the errors that they give. */
final class Syscall {
  private static final boolean ARM = isArm();

  static final int READ = number(0, 63);
  static final int WRITE = number(1, 64);
  static final int CLOSE = number(3, 57);
  static final int IOCTL = number(16, 29);
  static final int PREAD = number(17, 67);
  static final int PWRITE = number(18, 68);
  static final int EXECVE = number(59, 221);
  static final int WAIT4 = number(61, 260);
  static final int KILL = number(62, 129);
  static final int FLOCK = number(73, 32);
  static final int FSYNC = number(74, 82);
  static final int FTRUNCATE = number(77, 46);
  static final int FCHMOD = number(91, 52);
  static final int FCHOWN = number(93, 55);
  static final int GETEUID = number(107, 175);
  static final int GETEGID = number(108, 177);
  static final int LSETXATTR = number(189, 6);
  static final int FSETXATTR = number(190, 7);
  static final int LGETXATTR = number(192, 9);
  static final int FGETXATTR = number(193, 10);
  static final int LLISTXATTR = number(195, 12);
  static final int FLISTXATTR = number(196, 13);
  static final int LREMOVEXATTR = number(198, 15);
  static final int GETDENTS = number(217, 61);
  static final int OPENAT = number(257, 56);
  static final int MKDIRAT = number(258, 34);
  static final int MKNODAT = number(259, 33);
  static final int FCHOWNAT = number(260, 54);
  static final int UNLINKAT = number(263, 35);
  static final int LINKAT = number(265, 37);
  static final int SYMLINKAT = number(266, 36);
  static final int READLINKAT = number(267, 78);
  static final int FCHMODAT = number(268, 53);
  static final int UTIMENSAT = number(280, 88);
  static final int SYNCFS = number(306, 267);
  static final int PIPE2 = number(293, 59);
  static final int RENAMEAT2 = number(316, 276);
  static final int STATX = number(332, 291);
  static final int OPENAT2 = number(437, 437);

  static final int ENOENT = 2;
  static final int EINTR = 4;
  static final int EAGAIN = 11;
  static final int EEXIST = 17;
  static final int EXDEV = 18;
  static final int ENOTDIR = 20;
  static final int EISDIR = 21;
  static final int EINVAL = 22;
  static final int EMLINK = 31;
  static final int ERANGE = 34;
  static final int ENAMETOOLONG = 36;
  static final int ENOSYS = 38;
  static final int ENOTEMPTY = 39;
  static final int ELOOP = 40;
  static final int ENODATA = 61;
  static final int EOPNOTSUPP = 95;
  static final int EPERM = 1;
  static final int EACCES = 13;

  private Syscall() {}

  private static boolean isArm() {
    String arch = System.getProperty("os.arch", "");
    return switch (arch) {
      case "amd64", "x86_64" -> false;
      case "aarch64" -> true;
      default -> throw new UnsupportedOperationException("no system call numbers for " + arch);
    };
  }

  private static int number(int x86, int arm) {
    return ARM ? arm : x86;
  }

  /** Calls, again while interrupted by a signal; a result below zero is a negated errno. */
  static long call(int number, long a, long b, long c, long d, long e) {
    while (true) {
      long result = callOnce(number, a, b, c, d, e);
      if (result != -EINTR) {
        return result;
      }
    }
  }

  static long call(int number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0);
  }

  static long callOnce(int number, long a, long b, long c, long d, long e) {
    return Native.call(number, a, b, c, d, e);
  }
}
