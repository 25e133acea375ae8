package dev.jbuild.ssh;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The data types of SSH (RFC 4251, 5): numbers in network order, strings with their length. */
final class Wire {
  private Wire() {}

  /** Reads a string's bytes. */
  static byte[] bytes(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  static String text(ByteBuffer in) {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  static BigInteger number(ByteBuffer in) {
    return new BigInteger(bytes(in));
  }

  /** Collects values. */
  static final class Out {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Out octet(int value) {
      out.write(value);
      return this;
    }

    Out uint32(int value) {
      out.writeBytes(ByteBuffer.allocate(4).putInt(value).array());
      return this;
    }

    Out bytes(byte[] value) {
      uint32(value.length);
      out.writeBytes(value);
      return this;
    }

    Out text(String value) {
      return bytes(value.getBytes(StandardCharsets.UTF_8));
    }

    Out number(BigInteger value) {
      return bytes(value.toByteArray());
    }

    byte[] done() {
      return out.toByteArray();
    }
  }
}
