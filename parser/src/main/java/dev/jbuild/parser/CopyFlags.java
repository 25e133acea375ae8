package dev.jbuild.parser;

import java.util.List;
import java.util.Optional;

/**
 * The flags of COPY and ADD, unexpanded.
 *
 * @param from a stage, an image or a named context
 * @param keepGitDir absent where the address of a repository may say it
 * @param unpack absent where ADD decides by the kind of source
 * @param ifExists a source that is not there is passed over; Docker has no such flag
 */
public record CopyFlags(
    Optional<String> from,
    Optional<String> chown,
    Optional<String> chmod,
    Optional<String> checksum,
    boolean link,
    boolean parents,
    Optional<Boolean> keepGitDir,
    Optional<Boolean> unpack,
    List<String> excludes,
    boolean ifExists) {
  public CopyFlags {
    excludes = List.copyOf(excludes);
  }
}
