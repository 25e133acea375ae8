package dev.jbuild.registry;

import java.util.Optional;

/** Where credentials come from. */
interface Credentials {
  /**
   * A credential, and where it was found.
   *
   * @param where for messages: a file or a program
   */
  record Found(Credential credential, String where) {}

  /** The credentials for a repository at a registry or mirror, if there are any. */
  Optional<Found> find(String account, String repository);

  /** What kept credentials from being found, for the message of a refusal; empty as a rule. */
  default String trouble() {
    return "";
  }
}
