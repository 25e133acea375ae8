package dev.jbuild.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.linux.Deflate;
import dev.jbuild.oci.Digest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GzipTest {
  @TempDir Path temp;

  /** Stretches of all kinds, long and short, one after the other. */
  private static byte[] mixed(long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[size];
    for (int at = 0; at < size; ) {
      int end = (int) Math.min(size, at + (1L << random.nextInt(1, 19)));
      int kind = random.nextInt(6);
      int alphabet = random.nextInt(1, 257);
      int back = at == 0 ? 0 : random.nextInt(1, Math.min(at, 70_000) + 1);
      for (; at < end; at++) {
        bytes[at] =
            switch (kind) {
              case 0 -> (byte) random.nextInt();
              case 1 -> (byte) random.nextInt(alphabet);
              case 2 -> back == 0 ? 7 : bytes[at - back];
              case 3 -> 0;
              case 4 -> (byte) (random.nextInt(9) == 0 || back == 0 ? at : bytes[at - back]);
              default -> (byte) (at * alphabet);
            };
      }
    }
    return bytes;
  }

  private static byte[] gzip(byte[] content, int level, int threads) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Compression.gzip(level, new ByteArrayInputStream(content), out, threads);
    return out.toByteArray();
  }

  private static byte[] gunzip(byte[] compressed) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(compressed))) {
      return in.readAllBytes();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
  void whateverTheBytesTheyComeBack(int level) throws IOException {
    SplittableRandom random = new SplittableRandom(level);
    for (int i = 0; i < 60; i++) {
      int size = random.nextInt(1 << random.nextInt(1, 21));
      long seed = random.nextLong();
      byte[] content = mixed(seed, size);
      byte[] compressed = gzip(content, level, 2);
      assertThat(gunzip(compressed)).as("seed %d, %d bytes", seed, size).isEqualTo(content);
      // Six bytes a piece, five for every 64 KiB, and what is around all of it.
      assertThat(compressed.length).isLessThan(size + size / 5_000 + 40);
    }
  }

  @Test
  void theGzipProgramAcceptsIt() throws Exception {
    Path file = temp.resolve("a.gz");
    Files.write(file, gzip(mixed(11, 3_000_000), 6, 2));
    Process process =
        new ProcessBuilder("gzip", "-t", file.toString()).redirectErrorStream(true).start();
    assertThat(new String(process.getInputStream().readAllBytes(), UTF_8)).isEmpty();
    assertThat(process.waitFor()).isZero();
  }

  /** Layers keep their digests from machine to machine; who changes this changes all of them. */
  @Test
  void theBytesAreTheSameEverywhere() throws IOException {
    assertThat(Digest.sha256(gzip(mixed(5, 2_000_000), 6, 3)).hex())
        .isEqualTo("d6e7e5ff14ce8b286f920ffb461f2e9f5fd990680c74a42953f61554bff4a477");
  }

  @Test
  void whoWritesInPiecesGetsTheSame() throws IOException {
    byte[] content = mixed(8, 1_000_003);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Compression.gzipTo(
        6,
        out,
        to -> {
          SplittableRandom random = new SplittableRandom(1);
          for (int at = 0; at < content.length; ) {
            int count = Math.min(random.nextInt(1, 300_000), content.length - at);
            to.write(content, at, count - 1);
            to.write(content[at + count - 1]);
            to.flush();
            at += count;
          }
        });
    assertThat(out.toByteArray()).isEqualTo(gzip(content, 6, 2));
  }

  @Test
  void whatWasCompressedBeforeChangesNothing() {
    byte[] first = mixed(1, 200_000);
    byte[] second = mixed(2, 200_000);
    Deflate used = new Deflate(6);
    piece(used, first);
    assertThat(piece(used, second)).isEqualTo(piece(new Deflate(6), second));
  }

  private static byte[] piece(Deflate deflate, byte[] content) {
    ByteBuffer in = ByteBuffer.allocateDirect(content.length + 8).put(0, content);
    ByteBuffer out = ByteBuffer.allocateDirect(content.length + Deflate.SLACK);
    byte[] result = new byte[deflate.piece(in, 0, 0, content.length, out, true)];
    out.get(0, result);
    return result;
  }

  @Test
  void memoryThatIsTooSmallIsRefused() {
    ByteBuffer in = ByteBuffer.allocateDirect(1000);
    ByteBuffer small = ByteBuffer.allocateDirect(1000);
    Deflate deflate = new Deflate(6);
    assertThatThrownBy(() -> deflate.piece(in, 0, 0, 1000, small, true))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> deflate.piece(in, 10, 20, 100, in, true))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new Deflate(10)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void betterLevelsMakeLess() throws IOException {
    StringBuilder text = new StringBuilder();
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 40_000; i++) {
      text.append("line ")
          .append(i)
          .append(" of the year ")
          .append(random.nextInt(2000))
          .append('\n');
    }
    byte[] content = text.toString().getBytes(UTF_8);
    int fast = gzip(content, 1, 1).length;
    int usual = gzip(content, 6, 1).length;
    int best = gzip(content, 9, 1).length;
    assertThat(usual).isLessThan(fast);
    assertThat(best).isLessThanOrEqualTo(usual);
    assertThat(gzip(content, 0, 1).length).isGreaterThan(content.length);
  }

  @Test
  void noiseTwiceInReachIsFound() throws IOException {
    byte[] noise = new byte[20_000];
    new SplittableRandom(9).nextBytes(noise);
    byte[] content = new byte[200_000];
    for (int at = 0; at < content.length; at += noise.length) {
      System.arraycopy(noise, 0, content, at, noise.length);
    }
    assertThat(gzip(content, 6, 1).length).isLessThan(30_000);
  }
}
