package dev.jbuild.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

class CompressionTest {
  private static final int BLOCK = 1 << 18;

  @TempDir Path temp;

  /** Text-like bytes: compressible, and not all the same. */
  private static byte[] content(int size) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(size);
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = i > 100 && random.nextInt(3) > 0 ? bytes[i - 97] : (byte) random.nextInt(64);
    }
    return bytes;
  }

  private static byte[] gzip(byte[] content, int threads) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Compression.gzip(new ByteArrayInputStream(content), out, threads);
    return out.toByteArray();
  }

  private static byte[] open(byte[] compressed) throws IOException {
    try (InputStream in = Compression.open(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 3 * BLOCK + 12345})
  void gzipIsReadByOthersAndDoesNotDependOnThreads(int size) throws IOException {
    byte[] content = content(size);
    byte[] one = gzip(content, 1);
    assertThat(gzip(content, 5)).isEqualTo(one);
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(one))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
    assertThat(open(one)).isEqualTo(content);
  }

  @Test
  void incompressibleContentIsWhole() throws IOException {
    byte[] content = new byte[3 * BLOCK];
    new java.util.Random(7).nextBytes(content);
    byte[] packed = gzip(content, 2);
    assertThat(open(packed)).isEqualTo(content);
    assertThat(packed).as("at most a header more").hasSizeLessThan(content.length + 200);
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      assertThat(in.readAllBytes()).isEqualTo(content);
    }
  }

  @Test
  void contentThatOnlyLooksLikeNoiseIsCompressed() throws IOException {
    byte[] content = new byte[2 * BLOCK + 7];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 7);
    }
    byte[] packed = gzip(content, 2);
    assertThat(packed).hasSizeLessThan(content.length / 50);
    assertThat(open(packed)).isEqualTo(content);
  }

  @Test
  void zstdDoesNotDependOnThreads() throws IOException {
    byte[] content = content(5_000_000);
    ByteArrayOutputStream one = new ByteArrayOutputStream();
    ByteArrayOutputStream three = new ByteArrayOutputStream();
    Compression.zstd(new ByteArrayInputStream(content), one, 1);
    Compression.zstd(new ByteArrayInputStream(content), three, 3);
    assertThat(three.toByteArray()).isEqualTo(one.toByteArray());
    assertThat(open(one.toByteArray())).isEqualTo(content);
  }

  private interface Compressor {
    OutputStream open(OutputStream out) throws IOException;
  }

  private static byte[] compress(byte[] content, Compressor compressor) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream compressed = compressor.open(out)) {
      compressed.write(content);
    }
    return out.toByteArray();
  }

  @Test
  void everyCompressionIsRecognized() throws IOException {
    byte[] content = content(100_000);
    byte[] xz = compress(content, out -> new XZOutputStream(out, new LZMA2Options()));
    byte[] bzip2 = compress(content, BZip2CompressorOutputStream::new);
    assertThat(open(xz)).isEqualTo(content);
    assertThat(open(bzip2)).isEqualTo(content);
    assertThat(open(compress(content, GZIPOutputStream::new))).isEqualTo(content);
    assertThat(open(content)).isEqualTo(content);
    assertThat(open(new byte[0])).isEmpty();
    for (byte[] compressed : new byte[][] {xz, bzip2, gzip(content, 1)}) {
      byte[] cut = Arrays.copyOf(compressed, compressed.length / 2);
      assertThatThrownBy(() -> open(cut)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void allMembersOfAGzipStreamAreRead() throws IOException {
    byte[] one = compress("one ".getBytes(UTF_8), GZIPOutputStream::new);
    byte[] two = compress("two".getBytes(UTF_8), GZIPOutputStream::new);
    byte[] both = Arrays.copyOf(one, one.length + two.length);
    System.arraycopy(two, 0, both, one.length, two.length);
    // A stream that never says how much it has, and gives little at a time.
    InputStream slow =
        new ByteArrayInputStream(both) {
          @Override
          public synchronized int available() {
            return 0;
          }

          @Override
          public synchronized int read(byte[] bytes, int offset, int length) {
            return super.read(bytes, offset, Math.min(length, 3));
          }
        };
    try (InputStream in = Compression.open(slow)) {
      assertThat(new String(in.readAllBytes(), UTF_8)).isEqualTo("one two");
    }
    assertThat(new String(open(Arrays.copyOf(both, both.length + 50)), UTF_8)).isEqualTo("one two");
    byte[] garbage = Arrays.copyOf(both, both.length + 1);
    garbage[both.length] = 'x';
    assertThatThrownBy(() -> open(garbage)).hasMessageContaining("gzip");
    for (int i = one.length - 8; i < one.length; i++) {
      byte[] damaged = one.clone();
      damaged[i]++;
      assertThatThrownBy(() -> open(damaged)).hasMessageContaining("corrupt");
    }
  }

  @Test
  void archivesAreToldByTheirContent() throws IOException {
    byte[] tar = new TarBytes().file("f", "x").end();
    assertThat(looksLikeTar(tar)).isTrue();
    assertThat(looksLikeTar(gzip(tar, 1))).isTrue();
    assertThat(looksLikeTar(gzip("text".getBytes(UTF_8), 1))).isFalse();
    assertThat(looksLikeTar("text".getBytes(UTF_8))).isFalse();
    assertThat(looksLikeTar(new byte[0])).isFalse();
    assertThat(looksLikeTar(new byte[2000])).isFalse();
    assertThat(looksLikeTar(new byte[] {0x1f, (byte) 0x8b, 0, 0, 0})).isFalse();
  }

  private boolean looksLikeTar(byte[] content) throws IOException {
    return Compression.looksLikeTar(Files.write(temp.resolve("file"), content));
  }
}
