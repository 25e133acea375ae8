package dev.jbuild.registry.jib;

import com.google.cloud.tools.jib.api.Credential;
import com.google.cloud.tools.jib.registry.credentials.CredentialHelperNotFoundException;
import com.google.cloud.tools.jib.registry.credentials.CredentialHelperUnhandledServerUrlException;
import com.google.cloud.tools.jib.registry.credentials.DockerCredentialHelper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Asks a program {@code docker-credential-NAME} for what it keeps. */
public final class CredentialHelper {
  /** A name and what proves it; the name {@code <token>} says that it is an identity token. */
  public record Secret(String username, String password) {
    @Override
    public String toString() {
      return "Secret[…]";
    }
  }

  private CredentialHelper() {}

  /**
   * The credentials of a server; empty where the program has none.
   *
   * @throws IOException when the program can't be run or fails; its output, which may hold secrets,
   *     is not in the message
   */
  public static Optional<Secret> get(Path program, String server, Map<String, String> env)
      throws IOException {
    try {
      Credential found = new DockerCredentialHelper(server, program, env).retrieve();
      return Optional.of(new Secret(found.getUsername(), found.getPassword()));
    } catch (CredentialHelperUnhandledServerUrlException _) {
      return Optional.empty();
    } catch (CredentialHelperNotFoundException | IOException _) {
      throw new IOException(program.getFileName() + " failed");
    }
  }
}
