package dev.jbuild.layer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalLong;

/**
 * How far a compressed stream may expand: a few kilobytes that become terabytes fill a disk. What
 * stays below a size that layers have is never refused, nor is what expands as real files do.
 */
final class Expansion extends FilterInputStream {
  private static final long ALWAYS = 4L << 30;
  private static final long RATIO = 250;

  private final OptionalLong most;
  private long consumed;

  /**
   * @param in the compressed stream
   * @param most how many bytes may come out of it whatever it has; absent for the usual
   */
  Expansion(InputStream in, OptionalLong most) {
    super(in);
    this.most = most;
  }

  /** Refuses a stream of which so many bytes have come out. */
  void check(long produced) throws ArchiveException {
    long limit = most.orElseGet(() -> Math.max(ALWAYS, RATIO * consumed));
    if (produced > limit) {
      throw new ArchiveException(
          "%d compressed bytes become more than %d: this looks like a bomb; --max-layer-size, or JBUILD_MAX_LAYER_SIZE, allows it"
              .formatted(consumed, limit));
    }
  }

  @Override
  public int read() throws IOException {
    int value = in.read();
    consumed += value < 0 ? 0 : 1;
    return value;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int count = in.read(bytes, offset, length);
    consumed += Math.max(0, count);
    return count;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = in.skip(count);
    consumed += skipped;
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
