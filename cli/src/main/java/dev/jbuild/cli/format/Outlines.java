package dev.jbuild.cli.format;

import dev.jbuild.oci.Json;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.Stage;
import dev.jbuild.parser.check.Outline;
import java.util.ArrayList;
import java.util.List;

/** What a Dockerfile offers to whoever builds it, as docker prints it. */
public final class Outlines {
  private Outlines() {}

  /** Arguments, secrets and agents of a stage, in tables. */
  public static String text(Outline outline) {
    StringBuilder out = new StringBuilder();
    if (outline.name().isPresent() || outline.description().isPresent()) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("TARGET:", outline.name().orElse("(default)")));
      outline.description().ifPresent(text -> rows.add(List.of("DESCRIPTION:", text)));
      out.append(table(rows, 1)).append('\n');
    }
    if (!outline.arguments().isEmpty()) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(List.of("BUILD ARG", "VALUE", "DESCRIPTION"));
      for (Outline.Argument argument : outline.arguments()) {
        rows.add(
            List.of(
                argument.name(), argument.value().orElse(""), argument.description().orElse("")));
      }
      out.append(table(rows, 3)).append('\n');
    }
    out.append(needs("SECRET", outline.secrets()));
    return out.append(needs("SSH", outline.agents())).toString();
  }

  private static String needs(String title, List<Outline.Need> needs) {
    if (needs.isEmpty()) {
      return "";
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of(title, "REQUIRED"));
    needs.forEach(need -> rows.add(List.of(need.name(), need.required() ? "true" : "")));
    return table(rows, 3) + "\n";
  }

  /** The stages that can be named. */
  public static String targets(Dockerfile dockerfile) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("TARGET", "DESCRIPTION"));
    for (Stage stage : dockerfile.stages()) {
      boolean last = stage.index() == dockerfile.stages().size() - 1;
      String name = stage.from().name().orElse("");
      String shown = last ? (name.isEmpty() ? "(default)" : name + " (default)") : name;
      rows.add(List.of(shown, stage.docComment().orElse("")));
    }
    return table(rows, 1);
  }

  private static String table(List<List<String>> rows, int gap) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < columns - 1; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length() + gap);
      }
    }
    StringBuilder out = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < columns - 1; i++) {
        out.append(row.get(i)).repeat(" ", widths[i] - row.get(i).length());
      }
      out.append(row.getLast()).append('\n');
    }
    return out.toString();
  }

  /** The outline for programs. */
  public static Json.Obj json(Outline outline, byte[] source) {
    List<Json> arguments = new ArrayList<>();
    for (Outline.Argument argument : outline.arguments()) {
      arguments.add(
          Json.obj()
              .with("name", argument.name())
              .withOptional("description", argument.description())
              .withOptional("value", argument.value().filter(value -> !value.isEmpty()))
              .with("location", Findings.location(argument.span())));
    }
    Json.Obj json =
        Json.obj()
            .withOptional("name", outline.name())
            .withOptional("description", outline.description());
    json = arguments.isEmpty() ? json : json.with("args", new Json.Arr(arguments));
    json = with(json, "secrets", outline.secrets());
    json = with(json, "ssh", outline.agents());
    return json.with("sources", Json.texts(List.of(Findings.base64(source))));
  }

  private static Json.Obj with(Json.Obj json, String member, List<Outline.Need> needs) {
    List<Json> items = new ArrayList<>();
    for (Outline.Need need : needs) {
      Json.Obj item = Json.obj().with("name", need.name());
      item = need.required() ? item.with("required", true) : item;
      items.add(item.with("location", Findings.location(need.span())));
    }
    return items.isEmpty() ? json : json.with(member, new Json.Arr(items));
  }

  /** The stages for programs. */
  public static Json.Obj json(Dockerfile dockerfile, byte[] source) {
    List<Json> targets = new ArrayList<>();
    for (Stage stage : dockerfile.stages()) {
      boolean last = stage.index() == dockerfile.stages().size() - 1;
      Json.Obj target = Json.obj().withOptional("name", stage.from().name());
      target = last ? target.with("default", true) : target;
      targets.add(
          target
              .withOptional("description", stage.docComment())
              .with("base", stage.from().image())
              .withOptional("platform", stage.from().platform())
              .with("location", Findings.location(stage.from().span())));
    }
    return Json.obj()
        .with("targets", new Json.Arr(targets))
        .with("sources", Json.texts(List.of(Findings.base64(source))));
  }
}
