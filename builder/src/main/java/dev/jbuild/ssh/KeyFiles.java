package dev.jbuild.ssh;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPrivateKeySpec;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;

/** Private keys as ssh-keygen writes them, and RSA keys as OpenSSL does; none with a passphrase. */
final class KeyFiles {
  private static final String OPENSSH = "openssh-key-v1\0";
  private static final int SEED = 32;
  private static final Map<String, String> CURVES =
      Map.of("nistp256", "secp256r1", "nistp384", "secp384r1", "nistp521", "secp521r1");

  /** {@code SEQUENCE { OID rsaEncryption, NULL }}, which PKCS#8 puts before a PKCS#1 key. */
  private static final byte[] RSA_ENCRYPTION = {
    0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  private KeyFiles() {}

  /**
   * Reads a key.
   *
   * @throws SshException when it is none that can be used
   */
  static SshKey read(Path file) throws IOException {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    try {
      if (text.contains("-----BEGIN OPENSSH PRIVATE KEY-----")) {
        return openSsh(file, body(text));
      }
      if (text.contains("-----BEGIN RSA PRIVATE KEY-----") && !text.contains("ENCRYPTED")) {
        return rsa(file, pkcs8(body(text)));
      }
      if (text.contains("-----BEGIN PRIVATE KEY-----")) {
        return rsa(file, body(text));
      }
    } catch (GeneralSecurityException | BufferUnderflowException | IllegalArgumentException _) {
      // said below
    }
    throw new SshException(
        file
            + " is no private key that can be used here: there are those of ssh-keygen, and RSA"
            + " keys in PEM form, without a passphrase; or name the socket of an agent");
  }

  private static byte[] body(String pem) {
    int begin = pem.indexOf("-----BEGIN");
    int start = pem.indexOf('\n', begin);
    int end = pem.indexOf("-----END", start);
    if (start < 0 || end < 0) {
      throw new IllegalArgumentException("no end");
    }
    return Base64.getMimeDecoder().decode(pem.substring(start, end));
  }

  private static SshKey openSsh(Path file, byte[] bytes) throws GeneralSecurityException {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    byte[] magic = new byte[OPENSSH.length()];
    in.get(magic);
    String cipher = Wire.text(in);
    if (!new String(magic, StandardCharsets.ISO_8859_1).equals(OPENSSH)) {
      throw new IllegalArgumentException("another format");
    }
    if (!cipher.equals("none")) {
      throw new SshException(
          file + " has a passphrase; add it to an agent with ssh-add and give --ssh default");
    }
    Wire.text(in);
    Wire.bytes(in);
    if (in.getInt() != 1) {
      throw new IllegalArgumentException("several keys");
    }
    byte[] blob = Wire.bytes(in);
    ByteBuffer secret = ByteBuffer.wrap(Wire.bytes(in));
    secret.getLong();
    String type = Wire.text(secret);
    PrivateKey key =
        switch (type) {
          case "ssh-ed25519" -> ed25519(secret);
          case "ssh-rsa" -> rsa(secret);
          case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" -> ec(secret);
          default -> throw new IllegalArgumentException(type);
        };
    return new SshKey(type, blob, key, Wire.text(secret));
  }

  private static PrivateKey ed25519(ByteBuffer in) throws GeneralSecurityException {
    Wire.bytes(in);
    byte[] seed = Arrays.copyOf(Wire.bytes(in), SEED);
    return KeyFactory.getInstance("Ed25519")
        .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
  }

  private static PrivateKey rsa(ByteBuffer in) throws GeneralSecurityException {
    BigInteger n = Wire.number(in);
    BigInteger e = Wire.number(in);
    BigInteger d = Wire.number(in);
    BigInteger inverse = Wire.number(in);
    BigInteger p = Wire.number(in);
    BigInteger q = Wire.number(in);
    return KeyFactory.getInstance("RSA")
        .generatePrivate(
            new RSAPrivateCrtKeySpec(
                n,
                e,
                d,
                p,
                q,
                d.mod(p.subtract(BigInteger.ONE)),
                d.mod(q.subtract(BigInteger.ONE)),
                inverse));
  }

  private static PrivateKey ec(ByteBuffer in) throws GeneralSecurityException {
    String curve = Wire.text(in);
    Wire.bytes(in);
    BigInteger secret = Wire.number(in);
    AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
    parameters.init(new ECGenParameterSpec(CURVES.getOrDefault(curve, curve)));
    return KeyFactory.getInstance("EC")
        .generatePrivate(
            new ECPrivateKeySpec(secret, parameters.getParameterSpec(ECParameterSpec.class)));
  }

  private static SshKey rsa(Path file, byte[] pkcs8) throws GeneralSecurityException {
    PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    if (!(key instanceof RSAPrivateCrtKey full)) {
      throw new IllegalArgumentException("no public exponent");
    }
    byte[] blob =
        new Wire.Out()
            .text("ssh-rsa")
            .number(full.getPublicExponent())
            .number(full.getModulus())
            .done();
    return new SshKey("ssh-rsa", blob, key, String.valueOf(file.getFileName()));
  }

  /** {@code SEQUENCE { INTEGER 0, AlgorithmIdentifier, OCTET STRING }} (RFC 5208, 5). */
  private static byte[] pkcs8(byte[] pkcs1) {
    byte[] octets = der(0x04, pkcs1);
    byte[] version = {2, 1, 0};
    byte[] inner = new byte[version.length + RSA_ENCRYPTION.length + octets.length];
    System.arraycopy(version, 0, inner, 0, version.length);
    System.arraycopy(RSA_ENCRYPTION, 0, inner, version.length, RSA_ENCRYPTION.length);
    System.arraycopy(octets, 0, inner, version.length + RSA_ENCRYPTION.length, octets.length);
    return der(0x30, inner);
  }

  private static byte[] der(int tag, byte[] content) {
    return ByteBuffer.allocate(content.length + 4)
        .put((byte) tag)
        .put((byte) 0x82)
        .putShort((short) content.length)
        .put(content)
        .array();
  }
}
