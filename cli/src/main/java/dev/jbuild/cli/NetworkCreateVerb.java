package dev.jbuild.cli;

import dev.jbuild.engine.network.NetworkSpec;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/** Makes a network. */
final class NetworkCreateVerb implements EngineVerb {
  @Override
  public Syntax syntax() {
    return new Syntax("network create", "NETWORK", "Create a network")
        .flag("--attachable", "Known from swarms; networks of this machine always are")
        .value("-d --driver", "name", "bridge")
        .value("--gateway", "address", "The host's address in the subnet")
        .flag("--internal", "Nothing goes out of it")
        .value("--ip-range", "subnet", "Give addresses from this part of the subnet")
        .flag("--ipv6", "Not supported: networks have IPv4 addresses")
        .values("--label", "name=value", "Set a label")
        .values("-o --opt", "name=value", "Set an option of the driver")
        .value("--subnet", "subnet", "Its addresses, e.g. 10.1.0.0/24")
        .acceptedFlags("--ipv4")
        .acceptedValues("--ipam-driver", "--scope")
        .operands(1, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    if (arguments.flag("--ipv6")) {
      throw new UsageException("--ipv6 is not supported: networks have IPv4 addresses");
    }
    NetworkSpec spec =
        new NetworkSpec(
            arguments.operand(0),
            arguments.value("--driver").orElse("bridge"),
            new NetworkSpec.Addresses(
                arguments.value("--subnet"),
                arguments.value("--gateway"),
                arguments.value("--ip-range")),
            arguments.flag("--internal"),
            arguments.flag("--attachable"),
            map(arguments.values("--opt")),
            map(arguments.values("--label")));
    session.out().println(session.parts().networkStore().create(spec));
    return 0;
  }

  private static SequencedMap<String, String> map(List<String> pairs) {
    SequencedMap<String, String> map = new LinkedHashMap<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      map.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : pair.substring(equals + 1));
    }
    return map;
  }
}
