package dev.jbuild.runtime;

/**
 * As whom the files of a mount appear: lines as those of {@code /proc/PID/uid_map}, of which the
 * first number is an id on disk and the second the one that is seen.
 *
 * @param uids of users
 * @param gids of groups
 */
public record IdMap(String uids, String gids) {
  private static final long END = 0xffff_ffffL;

  /**
   * Files of one owner on disk belong to another one inside, and what that one writes to the first;
   * nobody else is touched.
   */
  public static IdMap swapping(int diskUid, int uid, int diskGid, int gid) {
    return new IdMap(swap(diskUid, uid), swap(diskGid, gid));
  }

  /** All ids, two of which have changed places. */
  private static String swap(int one, int other) {
    long low = Math.min(Integer.toUnsignedLong(one), Integer.toUnsignedLong(other));
    long high = Math.max(Integer.toUnsignedLong(one), Integer.toUnsignedLong(other));
    StringBuilder lines = new StringBuilder();
    line(lines, 0, 0, low);
    line(lines, low, high, 1);
    line(lines, low + 1, low + 1, high - low - 1);
    if (high > low) {
      line(lines, high, low, 1);
    }
    line(lines, high + 1, high + 1, END - high - 1);
    return lines.toString();
  }

  private static void line(StringBuilder lines, long disk, long seen, long count) {
    if (count > 0) {
      lines.append(disk).append(' ').append(seen).append(' ').append(count).append('\n');
    }
  }

  /**
   * From {@code 0-1000-1#1-1001-10}: triplets of the first id on disk, the first that is seen, and
   * how many there are.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static String lines(String triplets) {
    StringBuilder lines = new StringBuilder();
    for (String triplet : triplets.split("#", -1)) {
      String[] parts = triplet.split("-", -1);
      if (parts.length != 3) {
        throw new IllegalArgumentException(
            "an id mapping is DISK-CONTAINER-COUNT, e.g. 1000-0-1: " + triplet);
      }
      try {
        line(lines, number(parts[0]), number(parts[1]), number(parts[2]));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("an id is a number: " + triplet, e);
      }
    }
    return lines.toString();
  }

  private static long number(String text) {
    return Integer.toUnsignedLong(Integer.parseUnsignedInt(text));
  }
}
