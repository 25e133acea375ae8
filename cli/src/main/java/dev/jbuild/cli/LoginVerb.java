package dev.jbuild.cli;

import dev.jbuild.registry.RegistryLogin;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Keeps the credentials of a registry. */
final class LoginVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("login", "[SERVER]", "Log in to a registry; to docker.io where none is named")
        .value("-u --username", "string", "User name")
        .value("-p --password", "string", "Password or token; others may see it, better use stdin")
        .flag("--password-stdin", "Read the password from stdin")
        .operands(0, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Optional<String> username = arguments.value("--username");
    Optional<String> password = arguments.value("--password");
    if (arguments.flag("--password-stdin")) {
      if (password.isPresent()) {
        throw new UsageException("--password and --password-stdin are mutually exclusive");
      }
      if (username.isEmpty()) {
        throw new UsageException("Must provide --username with --password-stdin");
      }
      password = Optional.of(line(session.in()));
    } else if (password.isPresent()) {
      session
          .err()
          .println("WARNING! Using --password via the CLI is insecure. Use --password-stdin.");
    }
    String server = arguments.operands().isEmpty() ? "" : arguments.operand(0);
    RegistryLogin.Stored stored =
        session
            .parts()
            .login()
            .login(
                server,
                username.orElseGet(() -> ask(session, "Username: ")),
                password.orElseGet(() -> askHidden("Password: ")));
    if (stored.unencrypted()) {
      session
          .err()
          .println("WARNING! Your credentials are stored unencrypted in '" + stored.where() + "'.");
    }
    session.out().println("Login Succeeded");
    return 0;
  }

  private static String ask(Session session, String question) {
    try {
      session.err().print(question);
      session.err().flush();
      return line(session.in());
    } catch (IOException e) {
      throw new CommandException("jbuild: cannot read the user name: " + e.getMessage(), 1);
    }
  }

  private static String askHidden(String question) {
    Console console =
        Optional.ofNullable(System.console())
            .filter(Console::isTerminal)
            .orElseThrow(() ->
                new CommandException(
                    "jbuild: cannot ask for a password: not a terminal; use --password-stdin", 1));
    char[] password = console.readPassword("%s", question);
    return password == null ? "" : new String(password);
  }

  /** One line, read byte by byte, since what follows it is not ours. */
  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.write(b);
    }
    String text = line.toString(StandardCharsets.UTF_8);
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }
}
