package dev.jbuild.it;

import dev.jbuild.testkit.Command;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import org.junit.jupiter.api.Assumptions;

/**
 * How this machine reaches Debian's and Maven's servers, so that builds in containers can go the
 * same way.
 */
final class MachineNetwork {
  private static final Path AUTHORITIES = Path.of("/etc/ssl/certs/ca-certificates.crt");

  private MachineNetwork() {}

  /** Skips a test that fetches packages where the machine itself cannot. */
  static void require() {
    Command lists =
        Command.of(
            "apt-get",
            "-qq",
            "--print-uris",
            "-o",
            "Acquire::http::Timeout=5",
            "download",
            "hello");
    Assumptions.assumeTrue(lists.run().code() == 0, "apt-get reaches no Debian mirror from here");
  }

  /**
   * Writes the authorities that this machine trusts as a Java key store, for machines behind a
   * proxy with a certificate of its own.
   *
   * @return the options that make a JVM use it as {@code inContainer}
   */
  static String trust(Path file, String inContainer) throws IOException, GeneralSecurityException {
    if (!Files.exists(AUTHORITIES)) {
      return "";
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    try (InputStream in = Files.newInputStream(AUTHORITIES)) {
      int number = 0;
      for (Certificate certificate :
          CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("authority-" + number++, certificate);
      }
    }
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "changeit".toCharArray());
    }
    return "-Djavax.net.ssl.trustStore="
        + inContainer
        + " -Djavax.net.ssl.trustStorePassword=changeit";
  }
}
