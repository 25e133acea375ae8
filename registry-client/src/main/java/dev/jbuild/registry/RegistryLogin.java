package dev.jbuild.registry;

/** API first. */
@SuppressWarnings("DoNotCallSuggester")
public final class RegistryLogin {
  final RegistrySettings settings;

  public RegistryLogin(RegistrySettings settings) {
    this.settings = settings;
  }

  /** Verifies the credentials against {@code /v2/}, then keeps them in Docker's config.json. */
  public Stored login(String server, String username, String password) {
    throw new UnsupportedOperationException(server + username + password.length());
  }

  /** Forgets the credentials of a server; false where there were none. */
  public boolean logout(String server) {
    throw new UnsupportedOperationException(server);
  }

  /**
   * Where credentials went: a file or {@code docker-credential-NAME}; and if they lie there
   * unencrypted.
   */
  public record Stored(String where, boolean unencrypted) {}
}
