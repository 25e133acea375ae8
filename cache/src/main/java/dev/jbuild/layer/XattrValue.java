package dev.jbuild.layer;

import java.util.Arrays;

/** The value of an extended attribute; equal when the bytes are. */
public final class XattrValue {
  private final byte[] bytes;

  private XattrValue(byte[] bytes) {
    this.bytes = bytes;
  }

  /** Wraps a copy of some bytes. */
  public static XattrValue of(byte[] bytes) {
    return new XattrValue(bytes.clone());
  }

  /** A copy of the bytes. */
  public byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof XattrValue value && Arrays.equals(bytes, value.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return bytes.length + " bytes";
  }
}
