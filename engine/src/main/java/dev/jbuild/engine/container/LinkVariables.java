package dev.jbuild.engine.container;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The environment by which docker's {@code --link} tells of the other container. */
final class LinkVariables {
  /** A port as {@code ExposedPorts} has it. */
  private record Port(int number, String protocol) {
    static Port parse(String text) {
      int slash = text.indexOf('/');
      return new Port(
          Integer.parseInt(slash < 0 ? text : text.substring(0, slash)),
          slash < 0 ? "tcp" : text.substring(slash + 1));
    }

    boolean isTcp() {
      return protocol.equals("tcp");
    }

    String url(String address) {
      return protocol + "://" + address + ":" + number;
    }
  }

  private final String alias;
  private final String address;
  private final List<String> variables = new ArrayList<>();

  private LinkVariables(NetworkSetup.Linked link) {
    alias = link.alias().toUpperCase(Locale.ROOT).replace('-', '_');
    address = link.address();
  }

  /**
   * Variables of one link.
   *
   * @param parent the name of the container that has it
   */
  static List<String> of(NetworkSetup.Linked link, String parent, Container child) {
    LinkVariables made = new LinkVariables(link);
    made.ports(
        child.config().object("ExposedPorts").members().keySet().stream()
            .map(Port::parse)
            .toList());
    made.put("_NAME", "/" + parent + "/" + link.alias());
    for (String entry : child.config().texts("Env")) {
      int equals = entry.indexOf('=');
      String name = equals < 0 ? "" : entry.substring(0, equals);
      if (!name.isEmpty() && !name.equals("HOME") && !name.equals("PATH")) {
        made.put("_ENV_" + name, entry.substring(equals + 1));
      }
    }
    return made.variables;
  }

  private void put(String name, String value) {
    variables.add(alias + name + "=" + value);
  }

  private void ports(List<Port> exposed) {
    List<Port> sorted =
        exposed.stream()
            .sorted(
                Comparator.comparing((Port port) -> !port.isTcp()).thenComparingInt(Port::number))
            .toList();
    if (!sorted.isEmpty()) {
      put("_PORT", sorted.getFirst().url(address));
    }
    for (int i = 0, end; i < sorted.size(); i = end + 1) {
      end = lastInRow(sorted, i);
      if (end > i + 1) {
        range(sorted.get(i), sorted.get(end));
      }
    }
    for (Port port : sorted) {
      String name = "_PORT_" + port.number() + "_" + port.protocol().toUpperCase(Locale.ROOT);
      put(name, port.url(address));
      put(name + "_ADDR", address);
      put(name + "_PORT", Integer.toString(port.number()));
      put(name + "_PROTO", port.protocol());
    }
  }

  private static int lastInRow(List<Port> sorted, int first) {
    int last = first;
    while (last + 1 < sorted.size()
        && sorted.get(last + 1).number() == sorted.get(last).number() + 1
        && sorted.get(last + 1).isTcp() == sorted.get(last).isTcp()) {
      last++;
    }
    return last;
  }

  /** Three ports or more in a row have variables as one, too; all begin with the first's name. */
  private void range(Port first, Port last) {
    String name = "_PORT_" + first.number() + "_" + first.protocol().toUpperCase(Locale.ROOT);
    put(name + "_START", first.url(address));
    put(name + "_PORT_START", Integer.toString(first.number()));
    put(name + "_END", last.url(address));
    put(name + "_PORT_END", Integer.toString(last.number()));
  }
}
