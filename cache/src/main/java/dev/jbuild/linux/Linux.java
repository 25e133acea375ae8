package dev.jbuild.linux;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** System calls on paths. Failures name the path and the system's reason. */
public final class Linux {
  private static final long TIOCGWINSZ = 0x5413;

  private Linux() {}

  /** The effective user id of this process. */
  public static int euid() {
    return (int) Syscall.call(Syscall.GETEUID, 0, 0, 0);
  }

  /** The effective group id of this process. */
  public static int egid() {
    return (int) Syscall.call(Syscall.GETEGID, 0, 0, 0);
  }

  /** The bits that this process's umask takes from the mode of a new file. */
  public static int umask() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"), ISO_8859_1)) {
      if (line.startsWith("Umask:")) {
        return Integer.parseInt(line.substring(6).strip(), 8);
      }
    }
    return 0777;
  }

  public static FileStat lstat(Path path) throws IOException {
    return Dir.HERE.stat(path.toString());
  }

  public static Optional<FileStat> lstatIfPresent(Path path) throws IOException {
    return Dir.HERE.statIfPresent(path.toString());
  }

  public static void mknod(Path path, int mode, long device) throws IOException {
    Dir.HERE.mknod(path.toString(), mode, device);
  }

  public static void lchown(Path path, int uid, int gid) throws IOException {
    Dir.HERE.chown(path.toString(), uid, gid);
  }

  public static void chmod(Path path, int mode) throws IOException {
    Dir.HERE.chmod(path.toString(), mode);
  }

  /** Sets the times of a file, or of a symbolic link itself. */
  public static void lutimens(Path path, long seconds, int nanos) throws IOException {
    Dir.HERE.times(path.toString(), seconds, nanos);
  }

  public static void link(Path existing, Path name) throws IOException {
    Dir.HERE.link(Dir.HERE, existing.toString(), name.toString());
  }

  public static Optional<byte[]> lgetxattr(Path path, String attribute) throws IOException {
    return Dir.HERE.xattr(path.toString(), attribute);
  }

  public static void lsetxattr(Path path, String attribute, byte[] value) throws IOException {
    Dir.HERE.setXattr(path.toString(), attribute, value);
  }

  public static List<String> llistxattr(Path path) throws IOException {
    return Dir.HERE.xattrs(path.toString());
  }

  public static void lremovexattr(Path path, String attribute) throws IOException {
    Dir.HERE.removeXattr(path.toString(), attribute);
  }

  /** Waits until everything on the file system of this folder has reached the disk. */
  public static void syncfs(Path folder) throws IOException {
    try (Dir dir = Dir.open(folder)) {
      dir.syncFileSystem();
    }
  }

  /**
   * Rows and columns of the terminal that a file descriptor of this process stands for.
   *
   * @return empty when it is none, or one that does not know
   */
  public static Optional<int[]> windowSize(int descriptor) {
    Scratch scratch = Scratch.get();
    if (Syscall.call(Syscall.IOCTL, descriptor, TIOCGWINSZ, scratch.statAddress) < 0) {
      return Optional.empty();
    }
    int rows = scratch.stat.getShort(0) & 0xffff;
    int columns = scratch.stat.getShort(2) & 0xffff;
    return rows > 0 && columns > 0 ? Optional.of(new int[] {rows, columns}) : Optional.empty();
  }

  /** Tells whether a call failed because this file system has no such feature (EOPNOTSUPP). */
  public static boolean isUnsupported(IOException failure) {
    return Failure.isUnsupported(failure);
  }

  /**
   * Removes a file or a whole folder, never following a link; nothing happens when there is none.
   * Folders of any depth and with any permissions are removed.
   */
  public static void deleteTree(Path path) throws IOException {
    TreeRemoval.delete(path);
  }

  /** The same on all cores, for thousands of files; nobody else may change the tree meanwhile. */
  public static void deleteLargeTree(Path path) throws IOException {
    WideRemoval.delete(path);
  }

  /**
   * Becomes another program: its process is this one, with its environment, open standard streams
   * and ignored signals; all threads end.
   *
   * @param command the program's file and its arguments
   * @return why it could not be
   */
  public static IOException become(List<String> command) throws IOException {
    return Failure.of(-Exec.run(command), command.getFirst());
  }
}
