package dev.jbuild.context;

import dev.jbuild.runtime.Scan;
import dev.jbuild.runtime.ScanEntry;
import dev.jbuild.runtime.ShimBinary;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A scanned folder as a file, to see later whether the folder is still the same: every path with
 * its inode's data. The format is that of the shim's scan, and the shim compares; for a handful of
 * files that would cost more than it saves, and Java compares itself.
 *
 * <p>What the ignore rules leave out stands in the list as a path alone, so that no rule is needed
 * to compare: it may change as it likes. A new path always counts as a change.
 */
public final class ContextList {
  private static final int FIXED = 80;
  private static final int FEW = 1000;
  private static final String ATTRIBUTES =
      "unix:mode,uid,gid,size,lastModifiedTime,ctime,ino,dev,nlink,rdev";

  private ContextList() {}

  /**
   * Writes the list.
   *
   * @param ignored paths that the rules leave out
   * @param prune whether that goes for all that could ever be below them: no rule takes back in
   * @throws IllegalArgumentException when a name is not UTF-8
   */
  static byte[] print(List<ScanEntry> entries, Set<String> ignored, boolean prune) {
    List<byte[]> records = new ArrayList<>();
    String skipped = "";
    for (ScanEntry entry : entries) {
      if (!skipped.isEmpty() && entry.path().startsWith(skipped)) {
        continue;
      }
      if (!ignored.contains(entry.path()) || entry.isDirectory() && !prune) {
        records.add(record(entry));
        continue;
      }
      records.add(skip(entry.path()));
      if (entry.isDirectory()) {
        skipped = entry.path() + "/";
        records.add(skip(skipped));
      }
    }
    // The shim meets a folder's inside where "folder/" is in the order of bytes.
    records.sort(ContextList::byPath);
    ByteArrayOutputStream out = new ByteArrayOutputStream(records.size() * 128 + 4);
    records.forEach(out::writeBytes);
    out.writeBytes(new byte[4]);
    return out.toByteArray();
  }

  private static byte[] record(ScanEntry entry) {
    byte[] bytes = record(bytes(entry.path()), bytes(entry.linkTarget()));
    ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(4, entry.mode());
    if (!entry.isDirectory()) {
      record.putInt(8, entry.uid()).putInt(12, entry.gid());
      record.putLong(20, entry.size()).putLong(28, entry.mtimeSec()).putLong(36, entry.ctimeSec());
      record.putInt(44, entry.mtimeNanos()).putInt(48, entry.ctimeNanos());
      record.putLong(52, entry.ino()).putLong(60, entry.dev()).putLong(68, entry.nlink());
      record.putLong(76, entry.rdev());
    }
    return bytes;
  }

  private static byte[] skip(String path) {
    return record(bytes(path), new byte[0]);
  }

  /** A record of which only the texts are filled in. */
  private static byte[] record(byte[] path, byte[] target) {
    byte[] bytes = new byte[4 + FIXED + path.length + target.length];
    ByteBuffer record = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    record.putInt(0, bytes.length - 4).putInt(16, path.length);
    record.put(4 + FIXED, path).put(4 + FIXED + path.length, target);
    return bytes;
  }

  private static byte[] bytes(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (!new String(bytes, StandardCharsets.UTF_8).equals(text)) {
      throw new IllegalArgumentException("a name that is not UTF-8: " + text);
    }
    return bytes;
  }

  private static int byPath(byte[] a, byte[] b) {
    return Arrays.compareUnsigned(a, 4 + FIXED, pathEnd(a), b, 4 + FIXED, pathEnd(b));
  }

  private static int pathEnd(byte[] record) {
    return 4 + FIXED + ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getInt(16);
  }

  /**
   * Tells whether a folder is as its list says. No answer can be wrong when all of its files were
   * at rest for a while before the list was made.
   */
  public static boolean isSame(Path list, Path folder) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(list)).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, Integer> offsets = new HashMap<>();
    int at = 0;
    while (at + 4 <= bytes.limit() && bytes.getInt(at) != 0) {
      int size = bytes.getInt(at);
      if (size < FIXED || size > bytes.limit() - at - 4) {
        return false;
      }
      int pathSize = bytes.getInt(at + 16);
      if (pathSize < 0 || pathSize > size - FIXED) {
        return false;
      }
      if (offsets.size() >= FEW || !isAscii(bytes, at + 4 + FIXED, pathSize)) {
        return Scan.same(ShimBinary.locate(), list, folder);
      }
      offsets.put(
          new String(bytes.array(), at + 4 + FIXED, pathSize, StandardCharsets.US_ASCII), at + 4);
      at += 4 + size;
    }
    Comparison comparison = new Comparison(bytes, offsets);
    return at + 4 == bytes.limit()
        && comparison.isSame(folder, "")
        && comparison.seen == offsets.size();
  }

  /** In a POSIX locale Java cannot say other names. */
  private static boolean isAscii(ByteBuffer bytes, int at, int size) {
    for (int i = at; i < at + size; i++) {
      if (bytes.get(i) < 0) {
        return false;
      }
    }
    return true;
  }

  private static final class Comparison {
    private final ByteBuffer list;
    private final Map<String, Integer> offsets;
    private int seen;

    Comparison(ByteBuffer list, Map<String, Integer> offsets) {
      this.list = list;
      this.offsets = offsets;
    }

    boolean isSame(Path folder, String prefix) throws IOException {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
        for (Path file : files) {
          String path = prefix + file.getFileName();
          Integer offset = offsets.get(path);
          if (offset == null) {
            return false;
          }
          seen++;
          int mode = list.getInt(offset);
          if (offsets.containsKey(path + "/")) {
            seen++;
          } else if (mode == 0
              ? Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)
              : !isSame(file, path, mode, offset)) {
            return false;
          }
        }
      }
      return true;
    }

    private boolean isSame(Path file, String path, int mode, int at) throws IOException {
      Map<String, Object> found = Files.readAttributes(file, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
      if (!Integer.valueOf(mode).equals(found.get("mode"))) {
        return false;
      }
      if ((mode & 0170000) == 0040000) {
        return isSame(file, path + "/");
      }
      return number(found, "uid") == list.getInt(at + 4)
          && number(found, "gid") == list.getInt(at + 8)
          && number(found, "size") == list.getLong(at + 16)
          && isTime(found, "lastModifiedTime", list.getLong(at + 24), list.getInt(at + 40))
          && isTime(found, "ctime", list.getLong(at + 32), list.getInt(at + 44))
          && number(found, "ino") == list.getLong(at + 48)
          && number(found, "dev") == list.getLong(at + 56)
          && number(found, "nlink") == list.getLong(at + 64)
          && number(found, "rdev") == list.getLong(at + 72);
    }

    private static long number(Map<String, Object> found, String name) {
      return found.get(name) instanceof Number number ? number.longValue() : -1;
    }

    private static boolean isTime(Map<String, Object> found, String name, long sec, int nanos) {
      return found.get(name) instanceof FileTime time
          && time.toInstant().equals(Instant.ofEpochSecond(sec, nanos));
    }
  }
}
