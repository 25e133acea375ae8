package dev.jbuild.cli.format;

import dev.jbuild.cli.format.TemplateNode.Command;
import dev.jbuild.cli.format.TemplateNode.Operand;
import dev.jbuild.cli.format.TemplateNode.Pipeline;
import dev.jbuild.cli.format.TemplateNode.Source;
import dev.jbuild.oci.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code --format} takes: the used part of Go's text/template with docker's functions, applied
 * to JSON values.
 *
 * <p>Field names are looked up as written, then without regard to case, since docker prints {@code
 * Id} where its documentation says {@code .ID}.
 */
public final class Template {
  private final List<TemplateNode> nodes;

  private Template(List<TemplateNode> nodes) {
    this.nodes = nodes;
  }

  /**
   * Reads a template; {@code \t} and {@code \n} outside of actions are a tab and an end of line.
   *
   * @throws TemplateException when it is none
   */
  public static Template parse(String text) {
    return new Template(TemplateParser.parse(text.replace("\\t", "\t").replace("\\n", "\n")));
  }

  /**
   * Applies the template.
   *
   * @throws TemplateException when it asks for what the value does not have
   */
  public String render(Json value) {
    Run run = new Run(value);
    run.all(nodes, value);
    return run.out.toString();
  }

  /** One application, with its variables. */
  private static final class Run {
    final StringBuilder out = new StringBuilder();
    private final Map<String, Json> variables = new HashMap<>();

    /** How many {@code range} and {@code with} are open: 0 where the dot is the whole value. */
    private int depth;

    Run(Json root) {
      variables.put("$", root);
    }

    void all(List<TemplateNode> nodes, Json dot) {
      for (TemplateNode node : nodes) {
        switch (node) {
          case TemplateNode.Plain(var text) -> out.append(text);
          case TemplateNode.Print(var value) -> out.append(printed(value(value, dot)));
          case TemplateNode.Assign(var name, var value) -> variables.put(name, value(value, dot));
          case TemplateNode.If(var condition, var body, var otherwise) ->
              all(TemplateFunctions.truth(value(condition, dot)) ? body : otherwise, dot);
          case TemplateNode.With(var value, var body, var otherwise) -> {
            Json inner = value(value, dot);
            boolean there = TemplateFunctions.truth(inner);
            depth += there ? 1 : 0;
            all(there ? body : otherwise, there ? inner : dot);
            depth -= there ? 1 : 0;
          }
          case TemplateNode.Range range -> range(range, dot);
        }
      }
    }

    private void range(TemplateNode.Range range, Json dot) {
      boolean any = false;
      switch (value(range.value(), dot)) {
        case Json.Arr(var items) -> {
          for (int i = 0; i < items.size(); i++) {
            once(range, new Json.Num(BigDecimal.valueOf(i)), items.get(i));
          }
          any = !items.isEmpty();
        }
        case Json.Obj(var members) -> {
          for (String name : members.keySet().stream().sorted().toList()) {
            Json member = members.get(name);
            once(range, new Json.Text(name), member == null ? new Json.Null() : member);
          }
          any = !members.isEmpty();
        }
        case Json.Null() -> {}
        case Json.Text _, Json.Num _, Json.Bool _ ->
            throw new TemplateException("range can't iterate over a single value");
      }
      if (!any) {
        all(range.otherwise(), dot);
      }
    }

    private void once(TemplateNode.Range range, Json key, Json element) {
      range.key().ifPresent(name -> variables.put(name, key));
      range.element().ifPresent(name -> variables.put(name, element));
      depth++;
      all(range.body(), element);
      depth--;
    }

    private Json value(Pipeline pipeline, Json dot) {
      Optional<Json> last = Optional.empty();
      for (Command command : pipeline.commands()) {
        if (command.isLabel()) {
          last = Optional.of(label(dot, value(command.arguments().getLast(), dot)));
          continue;
        }
        List<Json> arguments = new ArrayList<>();
        for (Operand operand : command.arguments()) {
          arguments.add(value(operand, dot));
        }
        last.ifPresent(arguments::add);
        if (command.function().isPresent()) {
          last = Optional.of(TemplateFunctions.call(command.function().get(), arguments));
        } else if (arguments.size() == 1) {
          last = Optional.of(arguments.getFirst());
        } else {
          throw new TemplateException("can't give arguments to a value");
        }
      }
      return last.orElseGet(Json.Null::new);
    }

    private static Json label(Json row, Json key) {
      String labels = row instanceof Json.Obj object ? object.text("Labels").orElse("") : "";
      String name = TemplateFunctions.text(key);
      if (labels.equals("LABELS")) {
        // The row of headings.
        return key;
      }
      for (String label : labels.split(",")) {
        if (label.startsWith(name + "=")) {
          return new Json.Text(label.substring(name.length() + 1));
        }
      }
      return new Json.Text("");
    }

    private Json value(Operand operand, Json dot) {
      Json value =
          switch (operand.source()) {
            case Source.Dot() -> dot;
            case Source.Variable(var name) -> variable(name);
            case Source.Literal(var literal) -> literal;
            case Source.Group(var pipeline) -> value(pipeline, dot);
            case Source.Call(var function) -> TemplateFunctions.call(function, List.of());
          };
      boolean whole =
          switch (operand.source()) {
            case Source.Dot() -> depth == 0;
            case Source.Variable(var name) -> name.equals("$");
            case Source.Literal _, Source.Group _, Source.Call _ -> false;
          };
      for (String field : operand.fields()) {
        value = field(value, field, whole);
        whole = false;
      }
      return value;
    }

    private Json variable(String name) {
      Json value = variables.get(name);
      if (value == null) {
        throw new TemplateException("undefined variable \"" + name + "\"");
      }
      return value;
    }

    /** A missing field of the whole value is a typing error, deeper ones may just be unset. */
    private static Json field(Json value, String name, boolean whole) {
      return switch (value) {
        case Json.Obj(var members) -> {
          Json member = members.get(name);
          if (member != null) {
            yield member;
          }
          for (var entry : members.entrySet()) {
            if (entry.getKey().equalsIgnoreCase(name)) {
              yield entry.getValue();
            }
          }
          if (whole) {
            throw new TemplateException(
                "no field \"" + name + "\"; there are: " + String.join(", ", members.keySet()));
          }
          yield new Json.Null();
        }
        case Json.Null() -> value;
        case Json.Arr _ ->
            throw new TemplateException(
                "can't take field \"" + name + "\" of a list; use range or index");
        case Json.Text _, Json.Num _, Json.Bool _ ->
            throw new TemplateException("can't take field \"" + name + "\" of a single value");
      };
    }

    private static String printed(Json value) {
      return value instanceof Json.Null ? "<no value>" : TemplateFunctions.text(value);
    }
  }
}
