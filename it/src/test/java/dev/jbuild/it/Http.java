package dev.jbuild.it;

import dev.jbuild.testkit.Command.Running;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A browser for services that are still starting. */
final class Http {
  private Http() {}

  /**
   * The body of {@code /} on a loopback port, as soon as it answers; fails when the program behind
   * it has ended.
   */
  static String get(int port, Running behind) throws IOException, InterruptedException {
    IOException last = new IOException("never tried");
    for (int i = 0; i < 300; i++) {
      try (InputStream body = URI.create("http://127.0.0.1:" + port + "/").toURL().openStream()) {
        return new String(body.readAllBytes(), StandardCharsets.UTF_8);
      } catch (IOException notYet) {
        last = notYet;
        if (!behind.process().isAlive()) {
          throw new AssertionError("ended before it answered: " + behind.await(), notYet);
        }
        Thread.sleep(100);
      }
    }
    throw last;
  }
}
