package dev.jbuild.cache;

import dev.jbuild.snapshot.LayerStack;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** Users and groups by the image's own {@code /etc/passwd} and {@code /etc/group}. */
public final class Accounts {
  private static final int LIMIT = 4 << 20;

  private final List<String[]> users;
  private final List<String[]> groups;

  private Accounts(List<String[]> users, List<String[]> groups) {
    this.users = users;
    this.groups = groups;
  }

  /**
   * Whom a process runs as.
   *
   * @param groups supplementary ones
   * @param home absolute
   */
  public record Account(int uid, int gid, List<Integer> groups, String home) {}

  /** Reads both files; a missing one is empty. */
  public static Accounts of(LayerStack stack) throws IOException {
    return new Accounts(lines(stack, "/etc/passwd", 7), lines(stack, "/etc/group", 4));
  }

  /** Whether both files are where their names say, so that no other folder decides on them. */
  public static boolean arePlain(LayerStack stack) throws IOException {
    for (String path : List.of("/etc", "/etc/passwd", "/etc/group")) {
      Optional<LayerStack.Node> node = stack.findNoFollow(path);
      if (node.isPresent() && node.get().stat().isSymlink()) {
        return false;
      }
    }
    return true;
  }

  /**
   * Whom {@code user[:group]} means, by name or number; empty is root.
   *
   * @throws IllegalArgumentException when a name is not known
   */
  public Account find(String text) {
    int colon = text.indexOf(':');
    String user = colon < 0 ? text : text.substring(0, colon);
    String group = colon < 0 ? "" : text.substring(colon + 1);
    Optional<String[]> entry = find(users, user.isEmpty() ? "0" : user);
    int uid = entry.map(e -> number(e[2])).orElseGet(() -> numeric("user", "passwd", user));
    String home = entry.map(e -> e.length > 5 ? e[5] : "").filter(h -> !h.isEmpty()).orElse("/");
    if (!group.isEmpty()) {
      return new Account(uid, group(group), List.of(), home);
    }
    int gid = entry.map(e -> number(e[3])).orElse(0);
    TreeSet<Integer> more = new TreeSet<>();
    if (entry.isPresent()) {
      String name = entry.get()[0];
      for (String[] line : groups) {
        if (line.length > 3 && List.of(line[3].split(",")).contains(name)) {
          more.add(number(line[2]));
        }
      }
    }
    return new Account(uid, gid, new ArrayList<>(more), home);
  }

  /**
   * Owner for {@code --chown=user[:group]} and of what WORKDIR makes: a number is user and group
   * alike whatever the files say of it, a name without a group has its own, and a name that nobody
   * has is root, as in BuildKit; {@link #missing} tells of these.
   */
  public int[] owner(String text) {
    int colon = text.indexOf(':');
    String user = colon < 0 ? text : text.substring(0, colon);
    int[] owner = {0, 0};
    if (isNumber(user)) {
      owner[0] = number(user);
      owner[1] = owner[0];
    } else if (!user.equals("root")) {
      named(users, user)
          .ifPresent(line -> {
            owner[0] = number(line[2]);
            owner[1] = line.length > 3 ? number(line[3]) : 0;
          });
    }
    if (colon >= 0) {
      String group = text.substring(colon + 1);
      if (group.isEmpty() || isNumber(group) || group.equals("root")) {
        owner[1] = number(group);
      } else {
        named(groups, group).ifPresent(line -> owner[1] = number(line[2]));
      }
    }
    return owner;
  }

  /** The names in {@code user[:group]} that the files do not have. */
  public List<String> missing(String text) {
    int colon = text.indexOf(':');
    List<String> names = new ArrayList<>();
    String user = colon < 0 ? text : text.substring(0, colon);
    if (isUnknown(users, user)) {
      names.add(user);
    }
    String group = colon < 0 ? "" : text.substring(colon + 1);
    if (isUnknown(groups, group)) {
      names.add(group);
    }
    return names;
  }

  private static boolean isUnknown(List<String[]> lines, String name) {
    return !name.isEmpty()
        && !name.equals("root")
        && !isNumber(name)
        && named(lines, name).isEmpty();
  }

  private static Optional<String[]> named(List<String[]> lines, String name) {
    return lines.stream().filter(line -> line[0].equals(name)).findFirst();
  }

  private int group(String text) {
    return find(groups, text)
        .map(e -> number(e[2]))
        .orElseGet(() -> numeric("group", "group", text));
  }

  private static Optional<String[]> find(List<String[]> lines, String nameOrNumber) {
    for (String[] line : lines) {
      if (line[0].equals(nameOrNumber)) {
        return Optional.of(line);
      }
    }
    for (String[] line : lines) {
      if (line[2].equals(nameOrNumber)) {
        return Optional.of(line);
      }
    }
    return Optional.empty();
  }

  private static int numeric(String what, String file, String text) {
    if (text.isEmpty()) {
      return 0;
    }
    if (!isNumber(text)) {
      throw new IllegalArgumentException(
          text.chars().allMatch(Character::isDigit)
              ? text + ": uids and gids must be in range 0-2147483647"
              : "unable to find "
                  + what
                  + " "
                  + text
                  + ": no matching entries in "
                  + file
                  + " file");
    }
    return number(text);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= 10
        && text.chars().allMatch(Character::isDigit)
        && Long.parseLong(text) <= Integer.MAX_VALUE;
  }

  private static int number(String text) {
    return isNumber(text) ? (int) Long.parseLong(text) : 0;
  }

  private static List<String[]> lines(LayerStack stack, String path, int fields)
      throws IOException {
    Optional<byte[]> content = stack.read(path, LIMIT);
    List<String[]> lines = new ArrayList<>();
    if (content.isPresent()) {
      for (String line : new String(content.get(), StandardCharsets.UTF_8).split("\n")) {
        String[] parts = line.strip().split(":", fields);
        if (parts.length >= 3 && isNumber(parts[2])) {
          lines.add(parts);
        }
      }
    }
    return lines;
  }
}
