package dev.jbuild.cli;

/** The keys that take somebody away from a container's terminal: {@code --detach-keys}. */
final class DetachKeys {
  private static final int MOST = 32;

  private DetachKeys() {}

  /**
   * Those that were asked for; empty: the usual ones.
   *
   * @throws UsageException when a part is neither a character nor {@code ctrl-} and one
   */
  static String of(Arguments arguments) {
    String keys = arguments.value("--detach-keys").orElse("");
    String[] parts = keys.isEmpty() ? new String[0] : keys.split(",", -1);
    for (String part : parts) {
      if (part.length() != 1 && !part.equals("DEL") && !isControl(part)) {
        throw wrong(keys, "Unknown character: '" + part + "'");
      }
    }
    if (parts.length > MOST) {
      throw wrong(keys, "more than " + MOST + " keys");
    }
    return keys;
  }

  private static boolean isControl(String part) {
    return part.startsWith("ctrl-")
        && part.length() == 6
        && (part.charAt(5) >= 'a' && part.charAt(5) <= 'z'
            || "@[\\]^_".indexOf(part.charAt(5)) >= 0);
  }

  private static UsageException wrong(String keys, String why) {
    return new UsageException("invalid detach keys (" + keys + "): " + why);
  }
}
