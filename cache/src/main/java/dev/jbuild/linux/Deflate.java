package dev.jbuild.linux;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Deflate (RFC 1951) for pieces of a stream, in native code (src/main/c/deflate.c). What comes out
 * is decided by the bytes and the level alone: not by the machine, the JDK, or what was compressed
 * before. For one thread at a time.
 */
public final class Deflate {
  /** How far back a piece may refer to, in bytes. */
  public static final int WINDOW = 1 << 15;

  /** How much longer a compressed piece may be than the piece, in bytes. */
  public static final int SLACK = 1 << 10;

  private static final int LONGEST = 1 << 22;

  private final ByteBuffer room = ByteBuffer.allocateDirect((int) Native.deflateRoom());
  private final int level;

  /**
   * @param level 0 to 9: nothing, fast, small
   */
  public Deflate(int level) {
    this.level = Objects.checkIndex(level, 10);
  }

  /**
   * Compresses a piece into blocks that begin and end with whole bytes.
   *
   * @param from a direct buffer; what is before the start was compressed before
   * @param to a direct buffer, which is filled from its begin
   * @param last ends the stream
   * @return the number of bytes written
   */
  public int piece(ByteBuffer from, int start, int before, int count, ByteBuffer to, boolean last) {
    Objects.checkFromIndexSize(start, count, from.capacity());
    Objects.checkFromIndexSize(start - before, before, from.capacity());
    Objects.checkFromIndexSize(0, count + SLACK, to.capacity());
    Objects.checkIndex(count, LONGEST);
    try {
      return (int)
          Native.deflate(
              Native.address(room),
              Native.address(from) + start,
              before,
              count,
              Native.address(to),
              last ? level | Native.LAST : level);
    } finally {
      Reference.reachabilityFence(from);
      Reference.reachabilityFence(to);
      Reference.reachabilityFence(this);
    }
  }
}
