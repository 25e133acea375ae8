package dev.jbuild.engine.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who may use the registry: a file of Apache's htpasswd with bcrypt or {@code {SHA}} passwords. It
 * is read again when it changes.
 */
final class Htpasswd {
  /** Compared with for users that there are not, so that time does not tell who there is. */
  private static final String NOBODY =
      "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";

  private final Path file;
  private final Set<Digest> proven = ConcurrentHashMap.newKeySet();
  private Map<String, String> users = Map.of();
  private FileTime read = FileTime.fromMillis(0);

  /**
   * @throws IOException when the file can't be read or has an entry of another kind
   */
  Htpasswd(Path file) throws IOException {
    this.file = file;
    refresh();
  }

  private synchronized void refresh() throws IOException {
    FileTime modified = Files.getLastModifiedTime(file);
    if (modified.equals(read)) {
      return;
    }
    Map<String, String> found = new HashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file, UTF_8)) {
      number++;
      String entry = line.strip();
      int colon = entry.indexOf(':');
      if (entry.isEmpty() || entry.startsWith("#")) {
        continue;
      }
      String hash = colon < 0 ? "" : entry.substring(colon + 1);
      if (!hash.startsWith("$2") && !hash.startsWith("{SHA}")) {
        throw new IOException(
            file
                + ":"
                + number
                + ": make passwords with 'htpasswd -B': only bcrypt and {SHA}"
                + " are understood");
      }
      found.put(entry.substring(0, colon), hash);
    }
    users = found;
    read = modified;
    proven.clear();
  }

  /** Whether an Authorization header names a user and the right password. */
  boolean admits(Optional<String> authorization) throws IOException {
    refresh();
    String header = authorization.orElse("");
    if (header.length() < 6 || !header.regionMatches(true, 0, "Basic ", 0, 6)) {
      return false;
    }
    String pair;
    try {
      pair = new String(Base64.getDecoder().decode(header.substring(6).strip()), UTF_8);
    } catch (IllegalArgumentException _) {
      return false;
    }
    int colon = pair.indexOf(':');
    if (colon < 0) {
      return false;
    }
    // bcrypt is slow by design, and a push has many requests.
    Digest seen = Digest.sha256(pair);
    if (proven.contains(seen)) {
      return true;
    }
    String hash = user(pair.substring(0, colon));
    boolean right = isRight(pair.substring(colon + 1), hash);
    if (right) {
      proven.add(seen);
    }
    return right;
  }

  private synchronized String user(String name) {
    return users.getOrDefault(name, NOBODY);
  }

  private static boolean isRight(String password, String hash) {
    if (!hash.startsWith("{SHA}")) {
      return Bcrypt.matches(password, hash) && !hash.equals(NOBODY);
    }
    try {
      byte[] sha1 = MessageDigest.getInstance("SHA-1").digest(password.getBytes(UTF_8));
      String text = "{SHA}" + Base64.getEncoder().encodeToString(sha1);
      return MessageDigest.isEqual(text.getBytes(UTF_8), hash.getBytes(UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }
}
