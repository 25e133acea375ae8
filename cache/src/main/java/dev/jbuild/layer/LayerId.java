package dev.jbuild.layer;

/** Names one layer folder of a store; random, in hex. */
public record LayerId(String value) {
  public LayerId {
    if (value.isEmpty() || value.length() > 64 || !isHex(value)) {
      throw new IllegalArgumentException("not a layer id: " + value);
    }
  }

  private static boolean isHex(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.digit(text.charAt(i), 16) < 0) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return value;
  }
}
