package dev.jbuild.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The extended attribute calls, which differ only in taking a descriptor or a path's address. */
final class Xattrs {
  private Xattrs() {}

  static List<String> list(int call, long file, String name) throws IOException {
    Scratch scratch = Scratch.get();
    // The kernel's own limit for a list, XATTR_LIST_MAX, is 64 KiB: the buffer always suffices.
    long result = Syscall.call(call, file, scratch.ioAddress(), Scratch.IO);
    if (result == 0 || result == -Syscall.EOPNOTSUPP) {
      return List.of();
    }
    byte[] bytes = new byte[(int) Failure.check(result, name)];
    scratch.io().get(0, bytes);
    List<String> names = new ArrayList<>();
    int begin = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == 0) {
        names.add(FileName.decode(bytes, begin, i - begin));
        begin = i + 1;
      }
    }
    Collections.sort(names);
    return names;
  }

  static Optional<byte[]> get(int call, long file, String attribute, String name)
      throws IOException {
    Scratch scratch = Scratch.get();
    long text = scratch.secondPath(attribute);
    long result = Syscall.call(call, file, text, scratch.ioAddress(), Scratch.IO, 0);
    if (result == -Syscall.ENODATA || result == -Syscall.EOPNOTSUPP) {
      return Optional.empty();
    }
    byte[] bytes = new byte[(int) Failure.check(result, name)];
    scratch.io().get(0, bytes);
    return Optional.of(bytes);
  }

  static void set(int call, long file, String attribute, byte[] value, String name)
      throws IOException {
    Scratch scratch = Scratch.get();
    ByteBuffer buffer = scratch.io();
    if (value.length > Scratch.IO) {
      throw Failure.of(Syscall.ERANGE, name);
    }
    buffer.put(0, value);
    long text = scratch.secondPath(attribute);
    long result = Syscall.call(call, file, text, scratch.ioAddress(), value.length, 0);
    Failure.check(result, name + ", attribute " + attribute);
  }
}
