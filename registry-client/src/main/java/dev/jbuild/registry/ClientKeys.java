package dev.jbuild.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;

/** A certificate and its key from PEM files, for clients and servers. */
public final class ClientKeys {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ((?:RSA )?)PRIVATE KEY-----([^-]+)-----END");

  /** {@code SEQUENCE { version 0, AlgorithmIdentifier rsaEncryption }} before an OCTET STRING. */
  private static final byte[] RSA_HEAD = {
    2, 1, 0, 0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 13, 1, 1, 1, 5, 0
  };

  private ClientKeys() {}

  /** What presents the certificate; the first of the chain is that of the key. */
  public static KeyManager[] of(Collection<? extends Certificate> chain, Path keyFile)
      throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    char[] none = new char[0];
    store.setKeyEntry("client", read(keyFile), none, chain.toArray(Certificate[]::new));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, none);
    return factory.getKeyManagers();
  }

  private static PrivateKey read(Path file) throws IOException, GeneralSecurityException {
    Matcher pem = PEM.matcher(Files.readString(file, StandardCharsets.US_ASCII));
    if (pem.find()) {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(2));
      var spec = new PKCS8EncodedKeySpec(pem.group(1).isEmpty() ? der : wrapRsa(der));
      for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(spec);
        } catch (GeneralSecurityException _) {
          // Another algorithm's key.
        }
      }
    }
    throw new IOException(
        "cannot read the private key "
            + file
            + "; convert it: openssl pkcs8 -topk8 -nodes -in KEY -out "
            + file.getFileName());
  }

  /** From PKCS#1, which the JDK does not read, to PKCS#8 (RFC 5208, section 5). */
  private static byte[] wrapRsa(byte[] pkcs1) {
    byte[] octets = element(4, pkcs1);
    byte[] content = new byte[RSA_HEAD.length + octets.length];
    System.arraycopy(RSA_HEAD, 0, content, 0, RSA_HEAD.length);
    System.arraycopy(octets, 0, content, RSA_HEAD.length, octets.length);
    return element(0x30, content);
  }

  /** A DER element with a length of two bytes, which keys of all usual sizes have. */
  private static byte[] element(int tag, byte[] content) {
    byte[] element = new byte[content.length + 4];
    element[0] = (byte) tag;
    element[1] = (byte) 0x82;
    element[2] = (byte) (content.length >> 8);
    element[3] = (byte) content.length;
    System.arraycopy(content, 0, element, 4, content.length);
    return element;
  }
}
