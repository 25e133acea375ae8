package dev.jbuild.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatCacheTest {
  private static final Digest DIGEST = Digest.sha256("content");
  private static final String SAME = StatCache.identity(1, 2, 3, 4, 5);

  @TempDir private Path temp;
  private Path root;

  @BeforeEach
  void open() {
    root = Store.open(temp.resolve("store")).root();
  }

  private StatCache cache() throws IOException {
    return StatCache.open(root, Path.of("/context"));
  }

  @Test
  void aFileWithTheSameStatIsKnownLater() throws IOException {
    StatCache cache = cache();
    cache.record("/context/a", SAME, 3, DIGEST);
    cache.save();

    assertThat(cache().lookup("/context/a", SAME)).contains(DIGEST);
    assertThat(StatCache.open(root, Path.of("/other")).lookup("/context/a", SAME)).isEmpty();
  }

  @Test
  void anyOtherStatIsAnotherFile() throws IOException {
    StatCache cache = cache();
    cache.record("/context/a", SAME, 3, DIGEST);
    assertThat(
            Stream.of(
                StatCache.identity(9, 2, 3, 4, 5),
                StatCache.identity(1, 9, 3, 4, 5),
                StatCache.identity(1, 2, 9, 4, 5),
                StatCache.identity(1, 2, 3, 9, 5),
                StatCache.identity(1, 2, 3, 4, 9),
                StatCache.identity(1, 2, 3, 4, 50)))
        .allMatch(other -> cache.lookup("/context/a", other).isEmpty());
  }

  @Test
  void whatChangedJustNowIsNotTrusted() throws IOException {
    StatCache cache = cache();
    cache.record("/context/a", SAME, System.currentTimeMillis() * 1_000_000L, DIGEST);

    assertThat(cache.lookup("/context/a", SAME)).isEmpty();
  }

  @Test
  void namesThatItsFileCannotHoldAreNotKept() throws IOException {
    StatCache cache = cache();
    cache.record("/context/a\nb", SAME, 3, DIGEST);
    cache.record("/context/a\tb", SAME, 3, DIGEST);
    cache.record("/context/c", SAME, 3, DIGEST);
    cache.save();

    assertThat(cache().lookup("/context/a\nb", SAME)).isEmpty();
    assertThat(cache().lookup("/context/c", SAME)).contains(DIGEST);
  }

  @Test
  void aCutOffFileIsAsGoodAsItIsLong() throws IOException {
    StatCache cache = cache();
    cache.record("/context/a", SAME, 3, DIGEST);
    cache.save();
    try (Stream<Path> files = Files.list(root.resolve("statcache"))) {
      Path file = files.findFirst().orElseThrow();
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 1));
    }

    assertThat(cache().lookup("/context/a", SAME)).isEmpty();
  }
}
