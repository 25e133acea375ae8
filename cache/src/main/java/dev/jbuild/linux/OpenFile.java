package dev.jbuild.linux;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An open file descriptor. */
public final class OpenFile implements AutoCloseable {
  private static final long FICLONE = 0x40049409L;

  private final int fd;
  private final String name;
  private boolean closed;

  OpenFile(int fd, String name) {
    this.fd = fd;
    this.name = name;
  }

  int fd() {
    return fd;
  }

  public FileStat stat() throws IOException {
    return Stat.of(fd, "", Stat.EMPTY_PATH, name);
  }

  /** Reads up to {@code length} bytes; 0 at the end of the file. */
  public int read(byte[] bytes, int offset, int length) throws IOException {
    return copyChunk(bytes, offset, length, null);
  }

  /** Reads up to {@code length} bytes and writes the same to another file; 0 at the end. */
  public int copyChunk(byte[] bytes, int offset, int length, @Nullable OpenFile to)
      throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer buffer = scratch.io();
    long address = scratch.ioAddress();
    int wanted = Math.min(length, Scratch.IO);
    int count = (int) Failure.check(Syscall.call(Syscall.READ, fd, address, wanted), name);
    if (to != null) {
      to.writeNative(address, count);
    }
    buffer.get(0, bytes, offset, count);
    return count;
  }

  private void writeNative(long address, int count) throws IOException {
    int done = 0;
    while (done < count) {
      done +=
          (int) Failure.check(Syscall.call(Syscall.WRITE, fd, address + done, count - done), name);
    }
  }

  public void write(byte[] bytes, int offset, int length) throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer buffer = scratch.io();
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, Scratch.IO);
      buffer.put(0, bytes, offset + done, count);
      writeNative(scratch.ioAddress(), count);
      done += count;
    }
  }

  /** Writes at a position, leaving a hole before it where nothing was written. */
  public void writeAt(long position, byte[] bytes, int offset, int length) throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer buffer = scratch.io();
    int done = 0;
    while (done < length) {
      int count = Math.min(length - done, Scratch.IO);
      buffer.put(0, bytes, offset + done, count);
      long result =
          Syscall.call(Syscall.PWRITE, fd, scratch.ioAddress(), count, position + done, 0);
      done += (int) Failure.check(result, name);
    }
  }

  /** Sets the length, adding a hole or cutting off. */
  public void truncate(long length) throws IOException {
    Failure.check(Syscall.call(Syscall.FTRUNCATE, fd, length, 0), name);
  }

  /** Shares another file's blocks where the file system can; false where it cannot. */
  public boolean cloneFrom(OpenFile source) {
    return Syscall.call(Syscall.IOCTL, fd, FICLONE, source.fd) == 0;
  }

  public void chown(int uid, int gid) throws IOException {
    Failure.checkOwner(Syscall.call(Syscall.FCHOWN, fd, uid, gid), name, uid, gid);
  }

  public void chmod(int mode) throws IOException {
    Failure.check(Syscall.call(Syscall.FCHMOD, fd, mode, 0), name);
  }

  public void times(long seconds, int nanos) throws IOException {
    Stat.times(fd, 0, 0, seconds, nanos, name);
  }

  /** The names of the extended attributes. */
  public List<String> xattrs() throws IOException {
    return Xattrs.list(Syscall.FLISTXATTR, fd, name);
  }

  public Optional<byte[]> xattr(String attribute) throws IOException {
    return Xattrs.get(Syscall.FGETXATTR, fd, attribute, name);
  }

  public void setXattr(String attribute, byte[] value) throws IOException {
    Xattrs.set(Syscall.FSETXATTR, fd, attribute, value, name);
  }

  public void sync() throws IOException {
    Failure.check(Syscall.call(Syscall.FSYNC, fd, 0, 0), name);
  }

  /** Takes the lock of flock(2); false when it is held elsewhere and {@code wait} is not set. */
  public boolean lock(boolean exclusive, boolean wait) throws IOException {
    long result = Syscall.call(Syscall.FLOCK, fd, (exclusive ? 2 : 1) | (wait ? 0 : 4), 0);
    if (result == -Syscall.EAGAIN) {
      return false;
    }
    Failure.check(result, name);
    return true;
  }

  /** The rest of the file as a stream, which closes the file. */
  public InputStream stream() {
    return new InputStream() {
      @Override
      public int read() throws IOException {
        byte[] one = new byte[1];
        return OpenFile.this.read(one, 0, 1) == 0 ? -1 : one[0] & 0xff;
      }

      @Override
      public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = length == 0 ? 0 : OpenFile.this.read(bytes, offset, length);
        return count == 0 && length > 0 ? -1 : count;
      }

      @Override
      public void close() {
        OpenFile.this.close();
      }
    };
  }

  @Override
  public String toString() {
    return name;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      // Not retried when interrupted: the descriptor is gone then, and may already be another's.
      Syscall.callOnce(Syscall.CLOSE, fd, 0, 0, 0, 0);
    }
  }
}
