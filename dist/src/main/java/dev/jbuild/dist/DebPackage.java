package dev.jbuild.dist;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Map;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;

/** A Debian binary package, as deb(5) has it: an ar archive of a version and two tar archives. */
final class DebPackage {
  private static final String MAINTAINER = "The jbuild authors <jbuild@invalid.example>";

  private final Instant time;
  private final String version;
  private final String architecture;

  DebPackage(Instant time, String version, String architecture) {
    this.time = time;
    this.version = version;
    this.architecture = architecture;
  }

  /**
   * Writes the package.
   *
   * @param tree as installed, paths without the leading slash
   * @param control maintainer scripts and lists, beside what is made here
   */
  void write(Tree tree, Tree control, Path to) throws IOException {
    control.text("control", fields(kibibytes(tree)));
    control.text("md5sums", sums(tree));
    Path data = Files.createTempFile(to.getParent(), "data", ".tar.gz");
    try {
      try (OutputStream out = Files.newOutputStream(data)) {
        new TarGz(time).write(tree, "./", out);
      }
      ByteArrayOutputStream small = new ByteArrayOutputStream();
      new TarGz(time).write(control, "./", small);
      try (ArArchiveOutputStream ar = new ArArchiveOutputStream(Files.newOutputStream(to))) {
        put(ar, "debian-binary", "2.0\n".getBytes(StandardCharsets.US_ASCII));
        put(ar, "control.tar.gz", small.toByteArray());
        ar.putArchiveEntry(entry("data.tar.gz", Files.size(data)));
        Files.copy(data, ar);
        ar.closeArchiveEntry();
      }
    } finally {
      Files.delete(data);
    }
  }

  private void put(ArArchiveOutputStream ar, String name, byte[] content) throws IOException {
    ar.putArchiveEntry(entry(name, content.length));
    ar.write(content);
    ar.closeArchiveEntry();
  }

  private ArArchiveEntry entry(String name, long size) {
    return new ArArchiveEntry(name, size, 0, 0, 0100644, time.getEpochSecond());
  }

  /** One entry: what has changed is in the NEWS. */
  String changelog() {
    String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(time.atOffset(ZoneOffset.UTC));
    return """
    jbuild (%s) unstable; urgency=medium

      * What has changed for users is in NEWS.gz.

     -- %s  %s
    """
        .formatted(version, MAINTAINER, date.replaceFirst("GMT$", "+0000"));
  }

  private String fields(long kibibytes) {
    return """
    Package: jbuild
    Version: %s
    Architecture: %s
    Maintainer: %s
    Installed-Size: %d
    Depends: libc6
    Recommends: ca-certificates, uidmap, slirp4netns
    Suggests: apparmor, man-db, bash-completion
    Section: devel
    Priority: optional
    Description: builds container images from Dockerfiles and runs them
     One program without a daemon: Dockerfiles, flags, output and exit codes are
     those that Docker's users know. Carries its own Java runtime.
    """
        .formatted(version, architecture, MAINTAINER, kibibytes);
  }

  private static long kibibytes(Tree tree) {
    return tree.items().values().stream().mapToLong(item -> Tree.size(item) / 1024 + 1).sum();
  }

  @SuppressWarnings("InsecureCryptoUsage") // the format's own checksums against damage
  private static String sums(Tree tree) throws IOException {
    StringBuilder sums = new StringBuilder();
    for (Map.Entry<String, Tree.Item> each : tree.items().entrySet()) {
      if (each.getValue() instanceof Tree.Link) {
        continue;
      }
      try (var content = Tree.open(each.getValue())) {
        byte[] digest = MessageDigest.getInstance("MD5").digest(content.readAllBytes());
        sums.append(HexFormat.of().formatHex(digest))
            .append("  ")
            .append(each.getKey())
            .append('\n');
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every JDK has MD5", e);
      }
    }
    return sums.toString();
  }
}
