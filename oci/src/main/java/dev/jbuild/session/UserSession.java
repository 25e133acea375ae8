package dev.jbuild.session;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An ordinary user's session, as the shim's role {@code userns} describes it in the environment.
 * Whoever asks only whether there is one looks for {@link #VARIABLE}: for root this class is not
 * even loaded.
 *
 * @param uid the user's id outside; inside it is 0
 * @param ids how many there are inside, from 0 on; 1: only the user's own
 * @param why there are no more: {@code ranges}, {@code helper}, or empty
 */
public record UserSession(long uid, long ids, String why) {
  public static final String VARIABLE = "JBUILD_USERNS";

  /** That of this process; empty for root. */
  public static Optional<UserSession> current() {
    return parse(System.getenv(VARIABLE));
  }

  static Optional<UserSession> parse(@Nullable String text) {
    if (text == null) {
      return Optional.empty();
    }
    String[] parts = text.split(":", 3);
    try {
      return Optional.of(
          new UserSession(
              Long.parseLong(parts[0]),
              parts.length < 2 ? 1 : Long.parseLong(parts[1]),
              parts.length < 3 ? "" : parts[2]));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          VARIABLE + " is set by the shim, and not to be set by others: " + text, e);
    }
  }

  /** Whether files and processes can belong to a user or group of this number. */
  public boolean has(int id) {
    return Integer.toUnsignedLong(id) < ids;
  }

  /** What to say where containers in a network of their own have no way out. */
  public static Optional<String> uplinkMissing() {
    // Where the shim looks, too: the machine's folders first.
    String path =
        "/usr/bin:/bin:/usr/sbin:/sbin:/usr/local/bin:"
            + Optional.ofNullable(System.getenv("PATH")).orElse("");
    for (String folder : path.split(":", -1)) {
      if (folder.startsWith("/") && Files.isExecutable(Path.of(folder, "slirp4netns"))) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "slirp4netns is not installed, so that this container reaches other containers and no machine; "
            + "Debian: apt-get install slirp4netns, or use --network host");
  }

  /** Why a file cannot belong to these two, and what to do. */
  public String remedy(int user, int group) {
    return has(user) && has(group)
        ? "this file system lets no user give files away, as NFS does; set JBUILD_ROOT to a folder on a local disk"
        : remedy();
  }

  /** Why there are no more ids, and how to have them. */
  public String remedy() {
    if (why.equals("helper")) {
      return "user %d has a range of ids, but newuidmap is not installed; Debian: apt-get install uidmap"
          .formatted(uid);
    }
    if (ids > 1) {
      return "user %d has only %d ids; a larger range in /etc/subuid and /etc/subgid gives more"
          .formatted(uid, ids);
    }
    String name = Optional.ofNullable(System.getenv("USER")).orElse("");
    return "user %d has no ids but its own; as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 %s"
        .formatted(uid, name.isEmpty() ? "USER" : name);
  }
}
