package dev.jbuild.engine.network;

import java.util.Optional;

/**
 * A block of IPv4 addresses.
 *
 * @param start its first address, as a number
 * @param prefix how many bits all of them share
 */
record Subnet(long start, int prefix) {
  Subnet {
    if (prefix < 0 || prefix > 32 || (start & (size(prefix) - 1)) != 0) {
      throw new IllegalArgumentException("no subnet: " + address(start) + "/" + prefix);
    }
  }

  /** Reads {@code 172.18.0.0/16}; empty when it is none. Bits behind the prefix are cleared. */
  static Optional<Subnet> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    Optional<Long> address = number(text.substring(0, slash));
    int prefix = decimal(text, slash + 1, text.length(), 32);
    if (address.isEmpty() || prefix < 0) {
      return Optional.empty();
    }
    return Optional.of(new Subnet(address.get() & -size(prefix), prefix));
  }

  /** The number of an address in the usual notation; empty when it is none. */
  static Optional<Long> number(String text) {
    long number = 0;
    int at = 0;
    for (int part = 0; part < 4; part++) {
      int end = part == 3 ? text.length() : text.indexOf('.', at);
      int value = end < 0 ? -1 : decimal(text, at, end, 255);
      if (value < 0) {
        return Optional.empty();
      }
      number = number << 8 | value;
      at = end + 1;
    }
    return Optional.of(number);
  }

  private static int decimal(String text, int from, int to, int most) {
    if (from >= to || to - from > 3) {
      return -1;
    }
    int value = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + (c - '0');
    }
    return value > most ? -1 : value;
  }

  /** In the usual notation. */
  static String address(long number) {
    return (number >> 24 & 255)
        + "."
        + (number >> 16 & 255)
        + "."
        + (number >> 8 & 255)
        + "."
        + (number & 255);
  }

  private static long size(int prefix) {
    return 1L << 32 - prefix;
  }

  /** The last address. */
  long end() {
    return start + size(prefix) - 1;
  }

  boolean contains(long address) {
    return address >= start && address <= end();
  }

  boolean contains(Subnet other) {
    return contains(other.start) && contains(other.end());
  }

  boolean overlaps(Subnet other) {
    return start <= other.end() && other.start <= end();
  }

  @Override
  public String toString() {
    return address(start) + "/" + prefix;
  }
}
