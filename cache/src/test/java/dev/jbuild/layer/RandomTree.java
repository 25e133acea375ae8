package dev.jbuild.layer;

import dev.jbuild.linux.FileName;
import dev.jbuild.linux.FileStat;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Plans of trees with everything in them that a layer can have. */
final class RandomTree {
  private final RandomGenerator random;
  private final Path sources;
  private final List<PlannedEntry> entries = new ArrayList<>();
  private final List<String> files = new ArrayList<>();
  private int serial;

  private RandomTree(long seed, Path sources) {
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    this.sources = sources;
  }

  static List<PlannedEntry> of(long seed, Path sources) throws IOException {
    RandomTree tree = new RandomTree(seed, sources);
    tree.fill("", 0);
    return List.copyOf(tree.entries);
  }

  private void fill(String folder, int depth) throws IOException {
    int count = 1 + random.nextInt(7);
    for (int i = 0; i < count; i++) {
      String path = (folder.isEmpty() ? "" : folder + "/") + name();
      switch (random.nextInt(9)) {
        case 0, 1 -> {
          entries.add(new PlannedEntry.Directory(path, meta(01777)));
          if (depth < 4) {
            fill(path, depth + 1);
          }
        }
        case 2, 3, 4 -> file(path);
        case 5 ->
            entries.add(
                new PlannedEntry.Link(path, "../" + "t".repeat(random.nextInt(130)), meta(0777)));
        case 6 ->
            entries.add(
                new PlannedEntry.Node(path, FileStat.CHARACTER, random.nextInt(2), meta(0666)));
        case 7 -> entries.add(new PlannedEntry.Node(path, FileStat.FIFO, 0, meta(0644)));
        default -> {
          if (files.isEmpty()) {
            file(path);
          } else {
            String to = files.get(random.nextInt(files.size()));
            entries.add(new PlannedEntry.HardLink(path, to, meta(0644)));
          }
        }
      }
    }
  }

  private void file(String path) throws IOException {
    byte[] content = new byte[random.nextInt(4) == 0 ? 0 : random.nextInt(70_000)];
    random.nextBytes(content);
    files.add(path);
    if (random.nextInt(4) == 0) {
      entries.add(new PlannedEntry.Bytes(path, content, meta(07777)));
      return;
    }
    Path source = Files.write(sources.resolve("f" + serial), content);
    Optional<Digest> known =
        random.nextBoolean() ? Optional.of(Digest.sha256(content)) : Optional.empty();
    entries.add(new PlannedEntry.File(path, source, content.length, known, meta(07777)));
  }

  private String name() {
    byte[] latin = {(byte) 0xe9, (byte) 0xff, 'x'};
    String start =
        switch (random.nextInt(8)) {
          case 0 -> "é\uD83D\uDE00";
          case 1 -> FileName.decode(latin);
          case 2 -> "n".repeat(random.nextInt(120));
          case 3 -> "a b\n\"\\";
          case 4 -> "-";
          default -> "f";
        };
    return start + serial++;
  }

  private Meta meta(int modes) {
    boolean big = random.nextInt(5) == 0;
    Meta meta =
        Meta.of(
            random.nextInt(010000) & modes,
            big ? (int) 3_000_000_000L : random.nextInt(70_000),
            random.nextInt(70_000),
            random.nextInt(20) == 0 ? -5 : random.nextInt(2_000_000_000),
            random.nextInt(1_000_000_000));
    if (modes != 07777 || random.nextInt(3) > 0) {
      return meta;
    }
    TreeMap<String, XattrValue> xattrs = new TreeMap<>();
    // Never empty: to readers in Go an empty value means that there is none.
    byte[] value = new byte[1 + random.nextInt(30)];
    random.nextBytes(value);
    xattrs.put("trusted.test", XattrValue.of(value));
    if (random.nextBoolean()) {
      // cap_setuid and cap_sys_module, effective: bytes that are no text.
      xattrs.put(
          "security.capability",
          XattrValue.of(
              new byte[] {1, 0, 0, 2, (byte) 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
    }
    return meta.withXattrs(xattrs);
  }
}
