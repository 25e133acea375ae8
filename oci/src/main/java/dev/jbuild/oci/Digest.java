package dev.jbuild.oci;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Names content by algorithm and hex, as {@code sha256:…} (image-spec, descriptor.md, Digests).
 *
 * <p>Only {@code sha256} and {@code sha512} are known; anything else is refused when the value is
 * made.
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {
  public Digest {
    int length =
        switch (algorithm) {
          case "sha256" -> 64;
          case "sha512" -> 128;
          default -> throw new IllegalArgumentException("unknown digest algorithm: " + algorithm);
        };
    if (hex.length() != length || !isLowerHex(hex)) {
      throw new IllegalArgumentException("not a " + algorithm + " digest: " + hex);
    }
  }

  // Not a record's own, which spin classes at their first use (docs/adr/0010).
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest that && hex.equals(that.hex) && algorithm.equals(that.algorithm);
  }

  @Override
  public int hashCode() {
    return hex.hashCode();
  }

  /** Reads what {@link #toString} prints. */
  public static Digest parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("not a digest (algorithm:hex): " + text);
    }
    return new Digest(text.substring(0, colon), text.substring(colon + 1));
  }

  /** Tells whether {@link #parse} would take the text. */
  public static boolean isDigest(String text) {
    try {
      parse(text);
      return true;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  /** The SHA-256 of some bytes. */
  public static Digest sha256(byte[] content) {
    return of(newSha256().digest(content));
  }

  /** The SHA-256 of a text in UTF-8. */
  public static Digest sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Wraps a finished SHA-256 value of 32 bytes. */
  public static Digest of(byte[] sha256) {
    return new Digest("sha256", HexFormat.of().formatHex(sha256));
  }

  /** A fresh SHA-256 computation. */
  public static MessageDigest newSha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** A fresh computation of this digest's own algorithm, for verification. */
  public MessageDigest newComputation() {
    try {
      return MessageDigest.getInstance(algorithm.equals("sha512") ? "SHA-512" : "SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** The first twelve hex digits, the form that people type and read. */
  public String shortHex() {
    return hex.substring(0, 12);
  }

  @Override
  public int compareTo(Digest other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return algorithm + ":" + hex;
  }

  private static boolean isLowerHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
