package dev.jbuild.fetch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * A Git repository, and what of it is wanted: {@code REMOTE#REF:SUBDIR} or {@code
 * REMOTE?branch=…&subdir=…} (Dockerfile reference, "ADD", Git).
 *
 * @param ref a branch, a tag, a commit or empty for the repository's own choice
 * @param subdir empty for all of it
 */
public record GitAddress(
    String remote,
    String ref,
    String subdir,
    Optional<String> checksum,
    Optional<Boolean> keepGitDir,
    boolean submodules) {

  /**
   * Reads an address; empty when it names no repository, e.g. a file at an HTTP address.
   *
   * @throws FetchException when it does, but is wrong
   */
  public static Optional<GitAddress> parse(String text) {
    int hash = text.indexOf('#');
    String address = hash < 0 ? text : text.substring(0, hash);
    String fragment = hash < 0 ? "" : text.substring(hash + 1);
    int question = address.indexOf('?');
    String query = question < 0 ? "" : address.substring(question + 1);
    String remote = question < 0 ? address : address.substring(0, question);
    if (!isRepository(remote)) {
      return Optional.empty();
    }
    int colon = fragment.indexOf(':');
    Reader reader = new Reader();
    reader.ref = colon < 0 ? fragment : fragment.substring(0, colon);
    reader.subdir = colon < 0 ? "" : fragment.substring(colon + 1);
    for (String pair : query.split("&", -1)) {
      if (!pair.isEmpty()) {
        reader.option(pair);
      }
    }
    return Optional.of(
        new GitAddress(
            remote,
            reader.ref,
            reader.subdir,
            reader.checksum,
            reader.keepGitDir,
            reader.submodules));
  }

  private static boolean isRepository(String remote) {
    String lower = remote.toLowerCase(Locale.ROOT);
    if (lower.startsWith("http://") || lower.startsWith("https://")) {
      return lower.endsWith(".git");
    }
    return lower.startsWith("git://") || lower.startsWith("ssh://") || isScp(remote);
  }

  /** {@code git@host:path}, as ssh and scp have it. */
  private static boolean isScp(String remote) {
    int at = remote.indexOf('@');
    int colon = remote.indexOf(':');
    int slash = remote.indexOf('/');
    return at > 0 && colon > at && (slash < 0 || slash > colon) && !remote.contains("://");
  }

  private static final class Reader {
    String ref = "";
    String subdir = "";
    Optional<String> checksum = Optional.empty();
    Optional<Boolean> keepGitDir = Optional.empty();
    boolean submodules = true;

    void option(String pair) {
      int equals = pair.indexOf('=');
      String key = equals < 0 ? pair : pair.substring(0, equals);
      String value =
          equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
      switch (key) {
        case "ref" -> setRef(value);
        case "branch" -> setRef("refs/heads/" + value);
        case "tag" -> setRef("refs/tags/" + value);
        case "subdir" -> subdir = value;
        case "checksum", "commit" -> checksum = Optional.of(value);
        case "keep-git-dir" -> keepGitDir = Optional.of(bool(key, value));
        case "submodules" -> submodules = bool(key, value);
        default -> throw new FetchException("unexpected query \"" + key + "\" in a Git address");
      }
    }

    private void setRef(String value) {
      if (!ref.isEmpty() && !ref.equals(value)) {
        throw new FetchException("ref conflict: \"" + ref + "\" vs \"" + value + "\"");
      }
      ref = value;
    }

    private static boolean bool(String key, String value) {
      return switch (value.toLowerCase(Locale.ROOT)) {
        case "", "1", "t", "true" -> true;
        case "0", "f", "false" -> false;
        default -> throw new FetchException("invalid " + key + " value: \"" + value + "\"");
      };
    }
  }
}
