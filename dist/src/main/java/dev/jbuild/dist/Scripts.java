package dev.jbuild.dist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shell scripts whose lines {@code #@ WHAT from FILE} stand for parts of the checkout's own, so
 * that there is one text of flags and of training.
 */
final class Scripts {
  private final Path checkout;

  Scripts(Path checkout) {
    this.checkout = checkout;
  }

  /** Reads a script, with the parts that it names in their places. */
  String read(Path script) throws IOException {
    StringBuilder text = new StringBuilder();
    for (String line : Files.readAllLines(script)) {
      if (line.startsWith("#@ ")) {
        String[] words = line.substring(3).split(" ", -1);
        part(words[0], words[2]).forEach(l -> text.append(l).append('\n'));
      } else {
        text.append(line).append('\n');
      }
    }
    return text.toString();
  }

  /** A function {@code name()}, or a line {@code name=} with the case statement that follows it. */
  private List<String> part(String name, String file) throws IOException {
    List<String> lines = Files.readAllLines(checkout.resolve(file));
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).startsWith(name)) {
        return lines.subList(i, end(lines, i, name));
      }
    }
    throw new IllegalStateException("no line of " + file + " starts with " + name);
  }

  private static int end(List<String> lines, int start, String name) {
    Optional<String> last = Optional.empty();
    if (name.endsWith("()")) {
      last = Optional.of("}");
    } else if (start + 1 < lines.size() && lines.get(start + 1).startsWith("case ")) {
      last = Optional.of("esac");
    }
    if (last.isEmpty() || lines.get(start).endsWith("; }")) {
      return start + 1;
    }
    List<String> rest = new ArrayList<>(lines.subList(start, lines.size()));
    return start + rest.indexOf(last.get()) + 1;
  }
}
