package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The records of a pax extended header (POSIX pax, pax Header Block). Values stay bytes: names need
 * not be UTF-8, and extended attributes never are text.
 */
final class PaxRecords {
  private static final String XATTR = "SCHILY.xattr.";
  private static final int MAX_DIGITS = 7;

  private final Map<String, byte[]> records = new HashMap<>();
  private final List<Long> sparse = new ArrayList<>();

  static PaxRecords none() {
    return new PaxRecords();
  }

  static PaxRecords parse(byte[] body) throws ArchiveException {
    PaxRecords pax = new PaxRecords();
    int at = 0;
    while (at < body.length) {
      int space = at;
      while (space < body.length && body[space] != ' ') {
        space++;
      }
      int end = at + length(body, at, space);
      int equals = space + 1;
      while (equals < end && equals < body.length && body[equals] != '=') {
        equals++;
      }
      if (end > body.length || end <= equals || body[end - 1] != '\n') {
        throw broken();
      }
      String key = FileName.decode(body, space + 1, equals - space - 1);
      pax.add(key, Arrays.copyOfRange(body, equals + 1, end - 1));
      at = end;
    }
    return pax;
  }

  private static int length(byte[] body, int from, int to) throws ArchiveException {
    int value = 0;
    if (to == from || to - from > MAX_DIGITS) {
      throw broken();
    }
    for (int i = from; i < to; i++) {
      if (body[i] < '0' || body[i] > '9') {
        throw broken();
      }
      value = value * 10 + body[i] - '0';
    }
    return value;
  }

  private static ArchiveException broken() {
    return new ArchiveException("the archive has a broken pax header");
  }

  private void add(String key, byte[] value) throws ArchiveException {
    // Sparse format 0.0 repeats these two; everything else counts once, the last time.
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      sparse.add(number(value));
    } else {
      records.put(key, value);
    }
  }

  /** A value as text; an empty one says that the header's own counts. */
  Optional<String> text(String key) throws ArchiveException {
    byte[] value = records.get(key);
    if (value == null || value.length == 0) {
      return Optional.empty();
    }
    for (byte b : value) {
      if (b == 0) {
        throw new ArchiveException("the archive has a NUL in a name");
      }
    }
    return Optional.of(FileName.decode(value));
  }

  Optional<Long> number(String key) throws ArchiveException {
    byte[] value = records.get(key);
    return value == null || value.length == 0 ? Optional.empty() : Optional.of(number(value));
  }

  private static long number(byte[] value) throws ArchiveException {
    try {
      return Long.parseLong(new String(value, StandardCharsets.ISO_8859_1));
    } catch (NumberFormatException _) {
      throw broken();
    }
  }

  /** A time in seconds, whose fraction is dropped towards the past. */
  Optional<Long> time(String key) throws ArchiveException {
    Optional<String> text = text(key);
    if (text.isEmpty()) {
      return Optional.empty();
    }
    int dot = text.get().indexOf('.');
    String whole = dot < 0 ? text.get() : text.get().substring(0, dot);
    try {
      long seconds = whole.isEmpty() || whole.equals("-") ? 0 : Long.parseLong(whole);
      boolean fraction = dot >= 0 && !text.get().substring(dot + 1).matches("0*");
      return Optional.of(whole.startsWith("-") && fraction ? seconds - 1 : seconds);
    } catch (NumberFormatException _) {
      throw broken();
    }
  }

  SortedMap<String, XattrValue> xattrs() {
    SortedMap<String, XattrValue> found = new TreeMap<>();
    records.forEach((key, value) -> {
      if (key.startsWith(XATTR)) {
        found.put(key.substring(XATTR.length()), XattrValue.of(value));
      }
    });
    return found;
  }

  /** The offsets and lengths of sparse formats 0.0 and 0.1. */
  List<Long> sparseNumbers() throws ArchiveException {
    Optional<String> map = text("GNU.sparse.map");
    if (map.isEmpty()) {
      return sparse;
    }
    List<Long> numbers = new ArrayList<>();
    for (String number : map.get().split(",", -1)) {
      numbers.add(number(number.getBytes(StandardCharsets.ISO_8859_1)));
    }
    return numbers;
  }

  boolean isSparse() {
    return !sparse.isEmpty()
        || records.containsKey("GNU.sparse.map")
        || records.containsKey("GNU.sparse.major");
  }

  boolean isSparseOne() throws ArchiveException {
    return text("GNU.sparse.major").equals(Optional.of("1"));
  }
}
