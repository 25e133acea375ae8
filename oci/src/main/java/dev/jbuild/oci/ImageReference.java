package dev.jbuild.oci;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of an image: registry, repository, and a tag or digest (distribution/reference).
 *
 * <p>Short names belong to {@code docker.io}, those without a slash to {@code docker.io/library}.
 *
 * @param registry host and port, e.g. {@code docker.io} or {@code 127.0.0.1:5000}
 * @param repository the path below it, e.g. {@code library/busybox}
 */
public record ImageReference(
    String registry, String repository, Optional<String> tag, Optional<Digest> digest) {
  /** Where short names live. */
  public static final String DEFAULT_REGISTRY = "docker.io";

  private static final String LIBRARY = "library/";
  private static final int ID_LENGTH = 64;
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");
  private static final Pattern TAG = Pattern.compile("[\\w][\\w.-]{0,127}");
  private static final Pattern REGISTRY =
      Pattern.compile(
          "(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\\[[0-9a-fA-F:]+])(?::[0-9]{1,5})?");

  public ImageReference {
    if (!REGISTRY.matcher(registry).matches()) {
      throw invalid(registry, "the registry is no host[:port]");
    }
    if (!REPOSITORY.matcher(repository).matches()) {
      throw invalid(
          repository,
          repository.equals(repository.toLowerCase(java.util.Locale.ROOT))
              ? "use letters, digits and single separators"
              : "repository name must be lowercase");
    }
    if (tag.isPresent() && !TAG.matcher(tag.get()).matches()) {
      throw invalid(tag.get(), "a tag has up to 128 letters, digits, _ . or -");
    }
  }

  /**
   * Reads a reference as people write it; the tag stays absent where none is written.
   *
   * @throws IllegalArgumentException when it is none, with the reason
   */
  public static ImageReference parse(String text) {
    String rest = text;
    Optional<Digest> digest = Optional.empty();
    int at = rest.indexOf('@');
    if (at >= 0) {
      String value = rest.substring(at + 1);
      if (!Digest.isDigest(value)) {
        throw invalid(text, "what follows @ is no digest (sha256: and 64 hex digits)");
      }
      digest = Optional.of(Digest.parse(value));
      rest = rest.substring(0, at);
    }
    Optional<String> tag = Optional.empty();
    int colon = rest.lastIndexOf(':');
    if (colon > rest.lastIndexOf('/')) {
      tag = Optional.of(rest.substring(colon + 1));
      rest = rest.substring(0, colon);
    }
    return ofName(text, rest, tag, digest);
  }

  private static ImageReference ofName(
      String text, String name, Optional<String> tag, Optional<Digest> digest) {
    if (name.isEmpty()) {
      throw invalid(text, "the name is empty");
    }
    if (text.length() == ID_LENGTH && Digest.isDigest("sha256:" + text)) {
      throw new IllegalArgumentException(
          "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
    }
    int slash = name.indexOf('/');
    String first = slash < 0 ? "" : name.substring(0, slash);
    boolean host =
        first.contains(".")
            || first.contains(":")
            || first.equals("localhost")
            || !first.equals(first.toLowerCase(java.util.Locale.ROOT));
    if (host) {
      String registry = first.equals("index.docker.io") ? DEFAULT_REGISTRY : first;
      String path = name.substring(slash + 1);
      boolean official = registry.equals(DEFAULT_REGISTRY) && !path.contains("/");
      return new ImageReference(registry, official ? LIBRARY + path : path, tag, digest);
    }
    return new ImageReference(DEFAULT_REGISTRY, slash < 0 ? LIBRARY + name : name, tag, digest);
  }

  /** This name with {@code latest} where it has neither tag nor digest. */
  public ImageReference withDefaultTag() {
    return tag.isPresent() || digest.isPresent() ? this : withTag("latest");
  }

  /** The same repository under a tag. */
  public ImageReference withTag(String other) {
    return new ImageReference(registry, repository, Optional.of(other), Optional.empty());
  }

  /** The same repository, pinned. */
  public ImageReference withDigest(Digest pinned) {
    return new ImageReference(registry, repository, Optional.empty(), Optional.of(pinned));
  }

  /** What a registry is asked for: the digest where there is one, else the tag, else latest. */
  public String tagOrDigest() {
    return digest.map(Digest::toString).orElseGet(() -> tag.orElse("latest"));
  }

  /** Registry and repository in full, e.g. {@code docker.io/library/busybox}. */
  public String name() {
    return registry + "/" + repository;
  }

  /** The name as people know it, e.g. {@code busybox}, without tag and digest. */
  public String familiarName() {
    if (!registry.equals(DEFAULT_REGISTRY)) {
      return name();
    }
    boolean official =
        repository.startsWith(LIBRARY) && repository.indexOf('/', LIBRARY.length()) < 0;
    return official ? repository.substring(LIBRARY.length()) : repository;
  }

  /** The reference as people know it, e.g. {@code busybox:latest}. */
  public String familiar() {
    return familiarName() + suffix();
  }

  /** The reference in full, e.g. {@code docker.io/library/busybox:latest}. */
  @Override
  public String toString() {
    return name() + suffix();
  }

  private String suffix() {
    return tag.map(t -> ":" + t).orElse("") + digest.map(d -> "@" + d).orElse("");
  }

  private static IllegalArgumentException invalid(String text, String why) {
    return new IllegalArgumentException("invalid reference format: \"" + text + "\": " + why);
  }
}
