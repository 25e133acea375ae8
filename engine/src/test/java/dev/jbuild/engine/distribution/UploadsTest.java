package dev.jbuild.engine.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class UploadsTest {
  @TempDir private Path root;

  private static InputStream body(String text) {
    return new ByteArrayInputStream(text.getBytes(UTF_8));
  }

  /** An empty body, which tells when it is read. */
  private static final class Told extends InputStream {
    private final CountDownLatch begun;

    Told(CountDownLatch begun) {
      this.begun = begun;
    }

    @Override
    public int read() {
      begun.countDown();
      return -1;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
      return read();
    }
  }

  /** Whoever would poison a blob sends to its upload while the server reads it through. */
  @Test
  void nobodyAddsToAnUploadThatIsBeingEnded() throws Exception {
    Store store = Store.open(root);
    Uploads uploads = new Uploads(store);
    byte[] large = new byte[16 << 20];
    Digest digest = Digest.sha256(large);
    String id = uploads.begin();
    uploads.append(id, new ByteArrayInputStream(large));
    CountDownLatch begun = new CountDownLatch(1);

    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<Refusal> last =
          threads.submit(() -> {
            begun.await();
            while (true) {
              try {
                uploads.append(id.toUpperCase(Locale.ROOT), body("x"));
              } catch (Refusal e) {
                if (e.status() == 404) {
                  return e;
                }
              }
            }
          });
      uploads.finish(id, new Told(begun), digest);
      assertThat(last.get().status()).isEqualTo(404);
    }

    assertThat(store.blobs().read(digest)).isEqualTo(large);
  }
}
