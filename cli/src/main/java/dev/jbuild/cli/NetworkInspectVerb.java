package dev.jbuild.cli;

import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.cli.format.Template;
import dev.jbuild.engine.network.Networks;
import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Shows all that is known of networks. */
final class NetworkInspectVerb implements NetworkVerbs.NetworkVerb {
  @Override
  public Syntax syntax() {
    return new Syntax(
            "network inspect",
            "NETWORK [NETWORK...]",
            "Show all that is known of networks, as JSON")
        .value("-f --format", "template", "\"json\" or a Go template")
        .acceptedFlags("-v --verbose")
        .operands(1, Integer.MAX_VALUE);
  }

  @Override
  public int run(Arguments arguments, Session session) throws Exception {
    Optional<Template> template =
        arguments
            .value("--format")
            .map(text -> Template.parse(text.equals("json") ? "{{json .}}" : text));
    Networks networks = session.parts().networkStore();
    List<Json> found = new ArrayList<>();
    int code =
        Operands.each(
            arguments.operands(),
            this,
            session,
            operand -> {
              Json.Obj json = networks.inspect(networks.get(operand));
              if (template.isPresent()) {
                session.out().println(template.get().render(json));
              }
              found.add(json);
            });
    if (template.isEmpty()) {
      session.out().println(PrettyJson.print(new Json.Arr(found)));
    }
    return code;
  }
}
