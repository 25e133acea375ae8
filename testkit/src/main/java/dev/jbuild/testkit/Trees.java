package dev.jbuild.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;

/**
 * Folders and files made for tests, the same for the same seed, and a text of a folder to compare
 * it by.
 */
public final class Trees {
  private Trees() {}

  /**
   * Writes {@code files} files of {@code bytes} bytes together, 100 to a folder, sizes from a few
   * bytes to ten times the mean.
   */
  public static void write(Path root, int files, long bytes, long seed) throws IOException {
    RandomGenerator random = random(seed);
    long mean = bytes / files;
    for (int i = 0; i < files; i++) {
      Path folder =
          root.resolve("d%03d".formatted(i / 1000)).resolve("e%02d".formatted(i / 100 % 10));
      if (i % 100 == 0) {
        Files.createDirectories(folder);
      }
      // Most files of a source tree are small and a few are large; the mean stays.
      byte[] content = new byte[Math.toIntExact(i % 19 == 0 ? mean * 10 : mean / 2)];
      random.nextBytes(content);
      Files.write(folder.resolve("f%05d.txt".formatted(i)), content);
    }
  }

  /** Writes one file of that size whose blocks all differ. */
  public static void writeFile(Path file, long bytes, long seed) throws IOException {
    RandomGenerator random = random(seed);
    byte[] block = new byte[1 << 20];
    random.nextBytes(block);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (long left = bytes; left > 0; left -= block.length) {
        // A fresh number in every page: no two pages are alike, and the generator does not cost
        // seconds.
        for (int page = 0; page < block.length; page += 4096) {
          block[page] = (byte) random.nextInt();
          block[page + 1] = (byte) (left >>> 20);
          block[page + 2] = (byte) (left >>> 28);
        }
        out.write(block, 0, (int) Math.min(block.length, left));
      }
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /**
   * Every path below {@code root} with its type, mode, owner, and content's digest or link target;
   * times are left out.
   */
  public static SortedMap<String, String> describe(Path root) throws IOException {
    SortedMap<String, String> described = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        described.put("/" + root.relativize(path), describeOne(path));
      }
    }
    return described;
  }

  private static String describeOne(Path path) throws IOException {
    String owner = "%s:%s".formatted(attribute(path, "uid"), attribute(path, "gid"));
    String mode = Integer.toOctalString((Integer) attribute(path, "mode"));
    if (Files.isSymbolicLink(path)) {
      return owner + " -> " + Files.readSymbolicLink(path);
    }
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return mode + " " + owner + " " + sha256(path);
    }
    return mode + " " + owner;
  }

  private static Object attribute(Path path, String name) throws IOException {
    return Files.getAttribute(path, "unix:" + name, LinkOption.NOFOLLOW_LINKS);
  }

  public static String sha256(String text) {
    return HexFormat.of().formatHex(digest().digest(text.getBytes(StandardCharsets.UTF_8)));
  }

  public static String sha256(Path file) throws IOException {
    MessageDigest digest = digest();
    try (var in = Files.newInputStream(file)) {
      byte[] buffer = new byte[1 << 16];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java has SHA-256", e);
    }
  }
}
