package dev.jbuild.runtime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The bytes that the shim executes: records of u32 tag, u32 length, the value and a NUL
 * (src/main/c/plan.c). Little-endian, as all machines that we know.
 */
final class PlanWriter {
  private byte[] bytes = new byte[16384];
  private int size;

  PlanWriter text(char tag, String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    if (value.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a NUL can't be passed to a process: " + value);
    }
    return bytes(tag, utf8);
  }

  PlanWriter bytes(char tag, byte[] value) {
    int start = begin(tag);
    put(value);
    return end(start);
  }

  PlanWriter numbers(char tag, int... values) {
    int start = begin(tag);
    for (int value : values) {
      u32(value);
    }
    return end(start);
  }

  PlanWriter longs(char tag, long... values) {
    int start = begin(tag);
    for (long value : values) {
      u64(value);
    }
    return end(start);
  }

  PlanWriter rlimit(int resource, long soft, long hard) {
    int start = begin('R');
    u32(resource);
    u64(soft);
    u64(hard);
    return end(start);
  }

  /** One mount operation; {@code kind}, {@code attrs} and {@code flags} as in shim.h. */
  PlanWriter mount(char kind, int attrs, int flags, String... texts) {
    int start = begin('M');
    u32(kind);
    u32(attrs);
    u32(flags);
    for (int i = 0; i < 3; i++) {
      if (i > 0) {
        put(new byte[1]);
      }
      put((i < texts.length ? texts[i] : "").getBytes(StandardCharsets.UTF_8));
    }
    return end(start);
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private int begin(char tag) {
    u32(tag);
    u32(0);
    return size;
  }

  private PlanWriter end(int start) {
    int length = size - start;
    int here = size;
    size = start - 4;
    u32(length);
    size = here;
    put(new byte[1]);
    return this;
  }

  private void put(byte[] value) {
    reserve(value.length);
    System.arraycopy(value, 0, bytes, size, value.length);
    size += value.length;
  }

  private void u32(int value) {
    reserve(4);
    for (int i = 0; i < 4; i++) {
      bytes[size++] = (byte) (value >>> (8 * i));
    }
  }

  private void u64(long value) {
    u32((int) value);
    u32((int) (value >>> 32));
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
    }
  }
}
