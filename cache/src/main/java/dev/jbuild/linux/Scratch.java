package dev.jbuild.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A thread's native memory for the arguments of system calls. */
final class Scratch {
  static final int IO = 1 << 17;
  private static final int PATH = 1 << 13;
  private static final ThreadLocal<Scratch> SCRATCH = ThreadLocal.withInitial(Scratch::new);

  final ByteBuffer stat = direct(256);
  final long statAddress = address(stat);
  private final ByteBuffer first = direct(PATH);
  private final long firstAddress = address(first);
  private final ByteBuffer second = direct(PATH);
  private final long secondAddress = address(second);
  private @Nullable ByteBuffer io;
  private long ioAddress;

  static Scratch get() {
    return SCRATCH.get();
  }

  private static ByteBuffer direct(int size) {
    return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
  }

  private static long address(ByteBuffer buffer) {
    return Native.address(buffer);
  }

  /** The address of a zero-terminated path; valid until the next one is put here. */
  long path(String path) throws IOException {
    return text(first, firstAddress, path);
  }

  /** The same, for the second text of a call. */
  long secondPath(String path) throws IOException {
    return text(second, secondAddress, path);
  }

  private static long text(ByteBuffer buffer, long address, String text) throws IOException {
    byte[] bytes = FileName.encode(text);
    if (bytes.length >= PATH) {
      throw Failure.of(Syscall.ENAMETOOLONG, text);
    }
    for (byte value : bytes) {
      if (value == 0) {
        throw Failure.of(Syscall.EINVAL, text.replace("\0", "\\0"));
      }
    }
    buffer.put(0, bytes);
    buffer.put(bytes.length, (byte) 0);
    return address;
  }

  /** The large buffer for reading and writing. */
  ByteBuffer io() {
    ByteBuffer buffer = io;
    if (buffer == null) {
      buffer = direct(IO);
      io = buffer;
      ioAddress = address(buffer);
    }
    return buffer;
  }

  long ioAddress() {
    io();
    return ioAddress;
  }
}
