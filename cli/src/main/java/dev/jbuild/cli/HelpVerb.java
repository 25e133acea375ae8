package dev.jbuild.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;

/** The overview, or the help of a verb. */
final class HelpVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("help", "[COMMAND]", "Help on a command").operands(0, 2);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    List<String> words = arguments.operands();
    if (words.isEmpty()) {
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
