package dev.jbuild.ssh;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;

/**
 * A private key that signs.
 *
 * @param type as SSH names it, e.g. {@code ssh-ed25519}
 * @param blob the public key (RFC 4253, 6.6)
 */
record SshKey(String type, byte[] blob, PrivateKey key, String comment) {
  /** Flags of a request to sign (draft-ietf-sshm-ssh-agent, 3.6.1). */
  private static final int RSA_SHA2_256 = 2;

  private static final int RSA_SHA2_512 = 4;

  /** A signature in SSH's form. */
  byte[] sign(byte[] data, int flags) throws GeneralSecurityException {
    if (type.equals("ssh-rsa")) {
      boolean large = (flags & RSA_SHA2_512) != 0;
      boolean small = !large && (flags & RSA_SHA2_256) != 0;
      String name = large ? "rsa-sha2-512" : small ? "rsa-sha2-256" : "ssh-rsa";
      String algorithm = large ? "SHA512withRSA" : small ? "SHA256withRSA" : "SHA1withRSA";
      return new Wire.Out().text(name).bytes(raw(algorithm, data)).done();
    }
    if (type.equals("ssh-ed25519")) {
      return new Wire.Out().text(type).bytes(raw("Ed25519", data)).done();
    }
    String algorithm =
        switch (type) {
          case "ecdsa-sha2-nistp256" -> "SHA256withECDSA";
          case "ecdsa-sha2-nistp384" -> "SHA384withECDSA";
          default -> "SHA512withECDSA";
        };
    return new Wire.Out().text(type).bytes(pair(raw(algorithm, data))).done();
  }

  private byte[] raw(String algorithm, byte[] data) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(key);
    signature.update(data);
    return signature.sign();
  }

  /** From {@code SEQUENCE { INTEGER r, INTEGER s }} to two numbers of SSH (RFC 5656, 3.1.2). */
  private static byte[] pair(byte[] der) {
    ByteBuffer in = ByteBuffer.wrap(der);
    in.get();
    length(in);
    return new Wire.Out().number(integer(in)).number(integer(in)).done();
  }

  private static BigInteger integer(ByteBuffer in) {
    in.get();
    byte[] bytes = new byte[length(in)];
    in.get(bytes);
    return new BigInteger(bytes);
  }

  private static int length(ByteBuffer in) {
    int first = in.get() & 0xff;
    return first < 0x80 ? first : in.get() & 0xff;
  }
}
