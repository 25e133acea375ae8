package dev.jbuild.registry;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Which certificates are believed: the JDK's authorities, then the system's, then those in the
 * host's folders of Docker's and podman's {@code certs.d}, where {@code *.crt} is an authority, and
 * {@code *.cert} with {@code *.key} is shown to the registry.
 */
final class Trust {
  /** The kind of a host without TLS. */
  static final String PLAIN = "plain";

  /** What makes a difference. */
  private record Kind(List<Path> folders, boolean blind) {}

  private static final List<Path> SYSTEM =
      List.of(
          Path.of("/etc/ssl/certs/ca-certificates.crt"),
          Path.of("/etc/pki/tls/certs/ca-bundle.crt"),
          Path.of("/etc/ssl/ca-bundle.pem"),
          Path.of("/etc/ssl/cert.pem"));

  private final RegistrySettings settings;

  Trust(RegistrySettings settings) {
    this.settings = settings;
  }

  /** Hosts of one kind can share connections' settings: equal objects, equal trust. */
  Object kind(String host) {
    List<Path> folders = folders(host);
    return new Kind(folders, isBlind(host, folders));
  }

  /** Loopback is believed whatever it shows, unless somebody took the trouble to give it a CA. */
  private boolean isBlind(String host, List<Path> folders) {
    return settings.insecure(host) && (folders.isEmpty() || !Site.isLoopback(host));
  }

  SSLContext context(String host) throws IOException {
    List<Path> folders = folders(host);
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(folders), new TrustManager[] {manager(host, folders)}, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("cannot set TLS up for " + host + ": " + e.getMessage(), e);
    }
  }

  private X509ExtendedTrustManager manager(String host, List<Path> folders)
      throws IOException, GeneralSecurityException {
    if (isBlind(host, folders)) {
      return new Blind();
    }
    List<Certificate> own = new ArrayList<>();
    for (Path folder : folders) {
      for (Path file : files(folder, ".crt")) {
        own.addAll(certificates(file));
      }
    }
    X509ExtendedTrustManager usual = new Either(of(null), this::system);
    return own.isEmpty() ? usual : new Either(of(own), () -> usual);
  }

  /** The system's own bundle; its owner may have added an authority that the JDK does not know. */
  private X509ExtendedTrustManager system() throws IOException, GeneralSecurityException {
    Optional<Path> file =
        settings
            .env("SSL_CERT_FILE")
            .map(Path::of)
            .or(() -> SYSTEM.stream().filter(Files::isReadable).findFirst());
    if (file.isEmpty()) {
      throw new CertificateException("there is no bundle of the system's authorities");
    }
    return of(certificates(file.get()));
  }

  private List<Path> folders(String host) {
    Stream<Path> roots =
        Stream.of(
            Path.of("/etc/docker/certs.d"),
            Path.of("/etc/containers/certs.d"),
            settings.configHome().resolve("docker/certs.d"),
            settings.configHome().resolve("containers/certs.d"));
    return Stream.concat(settings.certs(host).stream(), roots.map(r -> r.resolve(host)))
        .filter(Files::isDirectory)
        .toList();
  }

  private static KeyManager @Nullable [] keys(List<Path> folders)
      throws IOException, GeneralSecurityException {
    for (Path folder : folders) {
      for (Path cert : files(folder, ".cert")) {
        String name = cert.getFileName().toString();
        Path key = cert.resolveSibling(name.substring(0, name.length() - 5) + ".key");
        if (!Files.exists(key)) {
          throw new IOException("there is no " + key + " for the client certificate " + cert);
        }
        return ClientKeys.of(certificates(cert), key);
      }
    }
    return null;
  }

  private static List<Path> files(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(f -> f.toString().endsWith(ending)).sorted().toList();
    }
  }

  private static Collection<? extends Certificate> certificates(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return CertificateFactory.getInstance("X.509").generateCertificates(in);
    } catch (CertificateException e) {
      throw new IOException("cannot read the certificate " + file + ": " + e.getMessage(), e);
    }
  }

  private static X509ExtendedTrustManager of(@Nullable Collection<? extends Certificate> own)
      throws IOException, GeneralSecurityException {
    KeyStore store = null;
    if (own != null) {
      store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      int number = 0;
      for (Certificate certificate : own) {
        store.setCertificateEntry("ca" + number++, certificate);
      }
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    for (TrustManager manager : factory.getTrustManagers()) {
      if (manager instanceof X509ExtendedTrustManager found) {
        return found;
      }
    }
    throw new GeneralSecurityException("the JDK has no X.509 trust manager");
  }

  /** Makes a trust manager when it is needed. */
  private interface Later {
    X509ExtendedTrustManager make() throws IOException, GeneralSecurityException;
  }

  /** Asks a second judge, made only then, when the first does not believe. */
  private static final class Either extends ClientSide {
    private final X509ExtendedTrustManager first;
    private final Later later;
    private @Nullable X509ExtendedTrustManager second;

    Either(X509ExtendedTrustManager first, Later later) {
      this.first = first;
      this.later = later;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      try {
        first.checkServerTrusted(chain, type, engine);
      } catch (CertificateException e) {
        try {
          second().checkServerTrusted(chain, type, engine);
        } catch (CertificateException other) {
          e.addSuppressed(other);
          throw e;
        }
      }
    }

    private synchronized X509ExtendedTrustManager second() throws CertificateException {
      X509ExtendedTrustManager made = second;
      if (made == null) {
        try {
          made = later.make();
        } catch (IOException | GeneralSecurityException e) {
          throw new CertificateException(e);
        }
        second = made;
      }
      return made;
    }
  }

  /** Believes everybody: what "insecure" asks for. An extended manager also checks no host name. */
  private static final class Blind extends ClientSide {
    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}
  }

  /** The methods that the HTTP client, which works with engines and is no server, never calls. */
  private abstract static class ClientSide extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
        throws CertificateException {
      throw new CertificateException("not a server");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
        throws CertificateException {
      throw new CertificateException("without an engine no host name can be checked");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
        throws CertificateException {
      throw new CertificateException("without an engine no host name can be checked");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
