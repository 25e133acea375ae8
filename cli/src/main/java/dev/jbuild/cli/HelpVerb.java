package dev.jbuild.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import java.util.Optional;

/** The overview, or the help of a verb. */
final class HelpVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("help", "[COMMAND]", "Help on a command")
        .value("--format", "format", "\"json\": every command and option, for programs")
        .operands(0, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    List<String> words = arguments.operands();
    Optional<String> format = arguments.value("--format");
    if (format.isPresent()) {
      if (!format.get().equals("json")) {
        throw new UsageException("unknown format \"" + format.get() + "\": there is \"json\"");
      }
      session.out().println(Reference.of(VersionVerb.version()).compact());
    } else if (words.isEmpty()) {
      overview(session.out());
    } else {
      Verb verb = Verbs.find(words).verb();
      if (verb instanceof GroupVerb group) {
        return group.run(arguments, session);
      }
      session.out().print(verb.syntax().help());
    }
    return 0;
  }

  /** One screen, written beforehand, so that nothing else need be loaded to show it. */
  static void overview(PrintStream out) throws IOException {
    try (InputStream text = HelpVerb.class.getResourceAsStream("help.txt")) {
      if (text == null) {
        throw new AssertionError("help.txt is not in the jar");
      }
      out.writeBytes(text.readAllBytes());
    }
  }
}
