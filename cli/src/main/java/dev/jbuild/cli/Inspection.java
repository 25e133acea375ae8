package dev.jbuild.cli;

import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.cli.format.Template;
import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prints what is known of each operand: by a template, or all of them as one JSON array. */
final class Inspection {
  private Inspection() {}

  /** Says what an operand is; fails when there is none. */
  @FunctionalInterface
  interface Source {
    Json.Obj json(String operand) throws Exception;
  }

  /**
   * Prints those that are found, and the failures of the others.
   *
   * @return the exit code
   */
  static int print(Arguments arguments, Verb verb, Session session, Source source)
      throws Exception {
    Optional<Template> template =
        arguments
            .value("--format")
            .map(text -> Template.parse(text.equals("json") ? "{{json .}}" : text));
    List<Json> found = new ArrayList<>();
    int code =
        Operands.each(
            arguments.operands(),
            verb,
            session,
            operand -> {
              Json.Obj json = source.json(operand);
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
