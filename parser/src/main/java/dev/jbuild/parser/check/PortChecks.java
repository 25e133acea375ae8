package dev.jbuild.parser.check;

import dev.jbuild.parser.Instruction;
import java.util.Locale;

/** What EXPOSE says about ports: {@code [ip:][host:]container[/protocol]}. */
final class PortChecks {
  private PortChecks() {}

  static void run(
      Instruction.Expose expose, StageChecks.Expander words, StageChecks.Finder finder) {
    for (String word : expose.ports()) {
      for (String port : words.expandToList(word)) {
        check(expose, port, finder);
      }
    }
  }

  private static void check(Instruction.Expose expose, String port, StageChecks.Finder finder) {
    String container = port.substring(port.lastIndexOf(':') + 1);
    int slash = container.indexOf('/');
    String protocol = slash < 0 ? "" : container.substring(slash + 1);
    if (!protocol.equals(protocol.toLowerCase(Locale.ROOT))) {
      finder.add(
          Rule.EXPOSE_PROTO_CASING,
          expose,
          "Defined protocol '" + port + "' in EXPOSE instruction should be lowercase");
    }
    boolean mapped = port.length() - container.length() > 1;
    if (mapped) {
      finder.add(
          Rule.EXPOSE_INVALID_FORMAT,
          expose,
          "EXPOSE instruction should not define an IP address or host-port mapping, found '"
              + port
              + "'");
    }
  }
}
