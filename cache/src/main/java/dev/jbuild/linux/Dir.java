package dev.jbuild.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open folder, below which files are named.
 *
 * <p>No method follows a symbolic link that is the last component. Links before it are followed as
 * the kernel does: who cannot trust them opens the folder by {@link #openInRoot} first.
 */
public final class Dir implements AutoCloseable {
  private static final int CURRENT = -100;
  private static final int O_CREAT = 0100;
  private static final int O_EXCL = 0200;
  private static final int O_NONBLOCK = 04000;
  private static final int O_CLOEXEC = 02000000;
  // O_DIRECTORY and O_NOFOLLOW trade places between the architectures.
  private static final boolean X86 = Syscall.READ == 0;
  private static final int O_DIRECTORY = X86 ? 0200000 : 040000;
  private static final int O_NOFOLLOW = X86 ? 0400000 : 0100000;
  private static final int RESOLVE_NO_MAGICLINKS = 2;
  private static final int RESOLVE_IN_ROOT = 16;
  private static final int REMOVEDIR = 0x200;
  private static final int RENAME_NOREPLACE = 1;

  /** Names are absolute, or relative to the working folder. */
  public static final Dir HERE = new Dir(CURRENT, "");

  private final int fd;
  private final String name;
  private boolean closed;

  private Dir(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  public static Dir open(Path path) throws IOException {
    return HERE.open(path.toString(), O_DIRECTORY);
  }

  /** Opens a folder by its host path, which need not be UTF-8. */
  public static Dir open(String path) throws IOException {
    return HERE.open(path, O_DIRECTORY);
  }

  /** Opens a folder below this one. */
  public Dir openDir(String path) throws IOException {
    return open(path.isEmpty() ? "." : path, O_DIRECTORY | O_NOFOLLOW);
  }

  private Dir open(String path, int flags) throws IOException {
    long result = openFile(path, flags | O_CLOEXEC, 0);
    return new Dir((int) Failure.check(result, full(path)), full(path));
  }

  /**
   * Opens a folder below this one, which is the root for every symbolic link and {@code ..} on the
   * way (openat2(2), RESOLVE_IN_ROOT).
   */
  public Dir openInRoot(String path) throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer how = scratch.stat;
    how.putLong(0, O_DIRECTORY | O_CLOEXEC);
    how.putLong(8, 0);
    how.putLong(16, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    while (true) {
      long text = scratch.path(path.isEmpty() ? "." : path);
      long result = Syscall.call(Syscall.OPENAT2, fd, text, scratch.statAddress, 24, 0);
      // EAGAIN: something was renamed on the way, and the kernel could not rule out an escape.
      if (result != -Syscall.EAGAIN) {
        return new Dir((int) Failure.check(result, full(path)), full(path));
      }
    }
  }

  private long openFile(String path, int flags, int mode) throws IOException {
    return Syscall.call(Syscall.OPENAT, fd, Scratch.get().path(path), flags, mode, 0);
  }

  /** Opens a file for reading; a fifo does not block. */
  public OpenFile read(String path) throws IOException {
    long result = openFile(path, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);
    return new OpenFile((int) Failure.check(result, full(path)), full(path));
  }

  /** Makes a new regular file for writing, readable by its owner only. */
  public OpenFile create(String path) throws IOException {
    return create(path, 0600);
  }

  /** Makes a new regular file for writing, with a mode from which the umask is taken. */
  public OpenFile create(String path, int mode) throws IOException {
    long result = openFile(path, 1 | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    return new OpenFile((int) Failure.check(result, full(path)), full(path));
  }

  /** Opens a file for a lock, making it when missing. */
  public OpenFile lockFile(String path) throws IOException {
    long result = openFile(path, 2 | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return new OpenFile((int) Failure.check(result, full(path)), full(path));
  }

  public FileStat stat(String path) throws IOException {
    return path.isEmpty()
        ? Stat.of(fd, "", Stat.EMPTY_PATH, name)
        : Stat.of(fd, path, Stat.NOFOLLOW, full(path));
  }

  /** The attributes of a file; absent when there is none, or a file where a folder should be. */
  public Optional<FileStat> statIfPresent(String path) throws IOException {
    long result = Stat.call(fd, path, path.isEmpty() ? Stat.EMPTY_PATH : Stat.NOFOLLOW);
    if (result == -Syscall.ENOENT || result == -Syscall.ENOTDIR) {
      return Optional.empty();
    }
    Failure.check(result, full(path));
    return Optional.of(Stat.read());
  }

  /** The names in this folder, unsorted. */
  public List<String> names() throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer buffer = scratch.io();
    List<String> names = new ArrayList<>();
    while (true) {
      long result = Syscall.call(Syscall.GETDENTS, fd, scratch.ioAddress(), Scratch.IO);
      byte[] records = new byte[(int) Failure.check(result, name)];
      if (records.length == 0) {
        return names;
      }
      buffer.get(0, records);
      addNames(records, names);
    }
  }

  /** struct linux_dirent64: the record's length at 16, the type at 18, the name from 19. */
  private static void addNames(byte[] records, List<String> names) {
    int at = 0;
    while (at < records.length) {
      int end = at + 19;
      while (records[end] != 0) {
        end++;
      }
      String entry = FileName.decode(records, at + 19, end - at - 19);
      if (!entry.equals(".") && !entry.equals("..")) {
        names.add(entry);
      }
      // Both architectures are little-endian.
      at += (records[at + 16] & 0xff) | (records[at + 17] & 0xff) << 8;
    }
  }

  public void mkdir(String path, int mode) throws IOException {
    long text = Scratch.get().path(path);
    Failure.check(Syscall.call(Syscall.MKDIRAT, fd, text, mode), full(path));
  }

  public void symlink(String target, String path) throws IOException {
    Scratch scratch = Scratch.get();
    long result =
        Syscall.call(Syscall.SYMLINKAT, scratch.secondPath(target), fd, scratch.path(path));
    Failure.check(result, full(path));
  }

  public String readlink(String path) throws IOException {
    Scratch scratch = Scratch.get();
    long text = scratch.path(path);
    long result = Syscall.call(Syscall.READLINKAT, fd, text, scratch.ioAddress(), Scratch.IO, 0);
    byte[] bytes = new byte[(int) Failure.check(result, full(path))];
    scratch.io().get(0, bytes);
    return FileName.decode(bytes);
  }

  /** Gives a file of another folder a further name in this one. */
  public void link(Dir from, String source, String path) throws IOException {
    Failure.check(linkResult(from, source, path), full(path));
  }

  /** The same; false when the file system does not let this file have one more name. */
  public boolean linkIfPossible(Dir from, String source, String path) throws IOException {
    long result = linkResult(from, source, path);
    if (result == -Syscall.EMLINK || result == -Syscall.EXDEV || result == -Syscall.EPERM) {
      return false;
    }
    Failure.check(result, full(path));
    return true;
  }

  private long linkResult(Dir from, String source, String path) throws IOException {
    Scratch scratch = Scratch.get();
    long text = scratch.secondPath(source);
    return Syscall.call(Syscall.LINKAT, from.fd, text, fd, scratch.path(path), 0);
  }

  public void mknod(String path, int mode, long device) throws IOException {
    long text = Scratch.get().path(path);
    Failure.check(Syscall.call(Syscall.MKNODAT, fd, text, mode, device, 0), full(path));
  }

  public void unlink(String path) throws IOException {
    Failure.check(unlinkResult(path, 0), full(path));
  }

  public void rmdir(String path) throws IOException {
    Failure.check(unlinkResult(path, REMOVEDIR), full(path));
  }

  /** Removes a file; false when there is none, or when it is a folder. */
  boolean unlinkIfFile(String path) throws IOException {
    long result = unlinkResult(path, 0);
    if (result == -Syscall.EISDIR || result == -Syscall.ENOENT) {
      return false;
    }
    Failure.check(result, full(path));
    return true;
  }

  private long unlinkResult(String path, int flags) throws IOException {
    return Syscall.call(Syscall.UNLINKAT, fd, Scratch.get().path(path), flags);
  }

  /** Renames; fails when the new name is taken. */
  public void rename(String path, Dir to, String other) throws IOException {
    Scratch scratch = Scratch.get();
    long text = scratch.path(path);
    long target = scratch.secondPath(other);
    Failure.check(
        Syscall.call(Syscall.RENAMEAT2, fd, text, to.fd, target, RENAME_NOREPLACE), full(path));
  }

  /** Changes the permissions; must not be asked for a symbolic link, which would be followed. */
  public void chmod(String path, int mode) throws IOException {
    long text = Scratch.get().path(path.isEmpty() ? "." : path);
    Failure.check(Syscall.call(Syscall.FCHMODAT, fd, text, mode), full(path));
  }

  public void chown(String path, int uid, int gid) throws IOException {
    long text = Scratch.get().path(path);
    int flags = path.isEmpty() ? Stat.EMPTY_PATH : Stat.NOFOLLOW;
    long result = Syscall.call(Syscall.FCHOWNAT, fd, text, uid, gid, flags);
    Failure.checkOwner(result, full(path), uid, gid);
  }

  public void times(String path, long seconds, int nanos) throws IOException {
    long text = Scratch.get().path(path.isEmpty() ? "." : path);
    Stat.times(fd, text, Stat.NOFOLLOW, seconds, nanos, full(path));
  }

  /** The names of the extended attributes, sorted. */
  public List<String> xattrs(String path) throws IOException {
    return Xattrs.list(Syscall.LLISTXATTR, attributePath(path), full(path));
  }

  public Optional<byte[]> xattr(String path, String attribute) throws IOException {
    return Xattrs.get(Syscall.LGETXATTR, attributePath(path), attribute, full(path));
  }

  public void setXattr(String path, String attribute, byte[] value) throws IOException {
    Xattrs.set(Syscall.LSETXATTR, attributePath(path), attribute, value, full(path));
  }

  public void removeXattr(String path, String attribute) throws IOException {
    long text = attributePath(path);
    long result = Syscall.call(Syscall.LREMOVEXATTR, text, Scratch.get().secondPath(attribute), 0);
    Failure.check(result, full(path));
  }

  // The attribute calls know no descriptor of a folder before Linux 6.13.
  private long attributePath(String path) throws IOException {
    String below = path.isEmpty() ? "." : path;
    return Scratch.get().path(fd == CURRENT ? below : "/proc/self/fd/" + fd + "/" + below);
  }

  /** Waits until the file system of this folder has written everything. */
  public void syncFileSystem() throws IOException {
    Failure.check(Syscall.call(Syscall.SYNCFS, fd, 0, 0), name);
  }

  private String full(String path) {
    return name.isEmpty() ? path : path.isEmpty() ? name : name + "/" + path;
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void close() {
    if (!closed && fd != CURRENT) {
      closed = true;
      Syscall.callOnce(Syscall.CLOSE, fd, 0, 0, 0, 0);
    }
  }
}
