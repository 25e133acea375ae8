package dev.jbuild.solve;

import dev.jbuild.parser.Command;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.Instruction;
import java.util.List;
import java.util.Optional;

/**
 * RUN with here-documents (Dockerfile reference, "Here-Documents"): one alone is the script itself,
 * and a program of its own when it begins with {@code #!}; all others are left to the shell.
 */
final class HeredocScript {
  private HeredocScript() {}

  /** What the shell is given as its line. */
  static String line(Instruction.Run run) {
    String line = run.command() instanceof Command.Shell(String text) ? text : "";
    List<Heredoc> heredocs = run.heredocs();
    if (heredocs.isEmpty()) {
      return line;
    }
    if (isAlone(line)) {
      Heredoc only = heredocs.getFirst();
      return file(run).map(HeredocScript::path).orElseGet(only::body);
    }
    StringBuilder script = new StringBuilder(line);
    for (Heredoc heredoc : heredocs) {
      script.append('\n').append(heredoc.content()).append(heredoc.name());
    }
    return script.toString();
  }

  /** The document that is a program of its own. */
  static Optional<Heredoc> file(Instruction.Run run) {
    boolean alone =
        !run.heredocs().isEmpty()
            && run.command() instanceof Command.Shell(String line)
            && isAlone(line);
    return alone
        ? Optional.of(run.heredocs().getFirst()).filter(h -> h.body().startsWith("#!"))
        : Optional.empty();
  }

  /** Where a program of its own stands while it runs. */
  static String path(Heredoc file) {
    return "/dev/pipes/" + file.name();
  }

  /** {@code 3<<-NAME} and nothing else. */
  private static boolean isAlone(String line) {
    int at = 0;
    while (at < line.length() && Character.isDigit(line.charAt(at))) {
      at++;
    }
    if (!line.startsWith("<<", at)) {
      return false;
    }
    at += line.startsWith("<<-", at) ? 3 : 2;
    // the parser has read it, so that there is one word at least
    String name = line.substring(at).strip();
    return name.indexOf('<') < 0 && (isQuoted(name) || name.chars().noneMatch(c -> c <= ' '));
  }

  private static boolean isQuoted(String name) {
    char first = name.charAt(0);
    return (first == '"' || first == '\'') && name.indexOf(first, 1) == name.length() - 1;
  }
}
