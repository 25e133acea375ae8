package dev.jbuild.parser;

import java.util.List;
import java.util.Optional;

/** The flags of COPY and ADD, unexpanded. */
public record CopyFlags(
    Optional<String> from,
    Optional<String> chown,
    Optional<String> chmod,
    Optional<String> checksum,
    boolean link,
    boolean parents,
    boolean keepGitDir,
    Optional<Boolean> unpack,
    List<String> excludes) {
  public CopyFlags {
    excludes = List.copyOf(excludes);
  }
}
