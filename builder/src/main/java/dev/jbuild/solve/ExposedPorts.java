package dev.jbuild.solve;

import dev.jbuild.parser.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The words of EXPOSE: {@code [ip:][host:]port[-port][/protocol]}. */
public final class ExposedPorts {
  private ExposedPorts() {}

  /**
   * Every port of a word with its protocol, as an image's configuration has them.
   *
   * @throws BuildException when it is no port
   */
  public static List<String> parse(Span span, String text) {
    int slash = text.indexOf('/');
    String given = slash < 0 ? "" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
    String protocol = given.isEmpty() ? "tcp" : given;
    String range = slash < 0 ? text : text.substring(0, slash);
    range = range.substring(range.lastIndexOf(':') + 1);
    if (!Set.of("tcp", "udp", "sctp").contains(protocol)) {
      throw new BuildException(span, "invalid proto: " + protocol);
    }
    int dash = range.indexOf('-');
    int first = number(span, text, dash < 0 ? range : range.substring(0, dash));
    int last = dash < 0 ? first : number(span, text, range.substring(dash + 1));
    if (last < first) {
      throw new BuildException(span, "invalid containerPort: " + text);
    }
    List<String> ports = new ArrayList<>();
    for (int port = first; port <= last; port++) {
      ports.add(port + "/" + protocol);
    }
    return ports;
  }

  private static int number(Span span, String text, String digits) {
    try {
      int port = Integer.parseInt(digits);
      if (port >= 0 && port <= 65535) {
        return port;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw new BuildException(span, "invalid containerPort: " + text);
  }
}
