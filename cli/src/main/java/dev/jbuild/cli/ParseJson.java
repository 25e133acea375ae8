package dev.jbuild.cli;

import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A Dockerfile as a list of instructions with flags, arguments and lines. */
final class ParseJson {
  private ParseJson() {}

  static Json.Arr of(Dockerfile dockerfile) {
    List<Json> all = new ArrayList<>();
    dockerfile.globalArgs().forEach(arg -> all.add(json(arg, arg)));
    for (Stage stage : dockerfile.stages()) {
      all.add(json(stage.from(), stage.from()));
      stage.instructions().forEach(instruction -> all.add(json(instruction, instruction)));
    }
    return new Json.Arr(all);
  }

  /**
   * @param place whose lines are given: for a trigger, the ONBUILD around it
   */
  private static Json.Obj json(Instruction instruction, Instruction place) {
    Text text = Text.cut(instruction.source());
    boolean exec = text.isList() && takesList(instruction);
    Json.Obj json =
        Json.obj()
            .with("line", place.span().firstLine())
            .with("endLine", place.span().lastLine())
            .with("cmd", text.keyword())
            .with("flags", Json.texts(text.flags()))
            .with("args", Json.texts(arguments(instruction, text)))
            .with("json", exec)
            .with("heredocs", heredocs(instruction));
    return instruction instanceof Instruction.Onbuild onbuild
        ? json.with("onbuild", json(onbuild.inner(), place))
        : json;
  }

  private static List<String> arguments(Instruction instruction, Text text) {
    return switch (instruction) {
      case Instruction.From _ -> words(text.rest());
      case Instruction.Arg arg ->
          arg.assignments().stream()
              .map(a -> a.name() + a.value().map(value -> "=" + value).orElse(""))
              .toList();
      case Instruction.Env env -> pairs(env.pairs());
      case Instruction.Label label -> pairs(label.pairs());
      case Instruction.Run _, Instruction.Cmd _, Instruction.Entrypoint _ ->
          text.isList() ? text.list() : text.rest().isEmpty() ? List.of() : List.of(text.rest());
      case Instruction.Copy copy -> plus(copy.sources(), copy.target());
      case Instruction.Add add -> plus(add.sources(), add.target());
      case Instruction.Expose expose -> expose.ports();
      case Instruction.Volume volume -> volume.paths();
      case Instruction.User user -> List.of(user.user());
      case Instruction.Workdir workdir -> List.of(workdir.path());
      case Instruction.StopSignal signal -> List.of(signal.signal());
      case Instruction.Maintainer maintainer -> List.of(maintainer.name());
      case Instruction.Shell shell -> shell.words();
      case Instruction.Healthcheck check -> test(check);
      case Instruction.Onbuild _ -> List.of();
    };
  }

  private static boolean takesList(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Run _,
          Instruction.Cmd _,
          Instruction.Entrypoint _,
          Instruction.Copy _,
          Instruction.Add _,
          Instruction.Volume _,
          Instruction.Shell _ ->
          true;
      case Instruction.Healthcheck check ->
          check.test().isPresent() && check.test().get() instanceof Command.Exec;
      case Instruction.From _,
          Instruction.Arg _,
          Instruction.Env _,
          Instruction.Label _,
          Instruction.Expose _,
          Instruction.User _,
          Instruction.Workdir _,
          Instruction.StopSignal _,
          Instruction.Maintainer _,
          Instruction.Onbuild _ ->
          false;
    };
  }

  private static List<String> test(Instruction.Healthcheck check) {
    if (check.test().isEmpty()) {
      return List.of("NONE");
    }
    return switch (check.test().get()) {
      case Command.Shell(var line) -> List.of("CMD", line);
      case Command.Exec(var argv) -> {
        List<String> all = new ArrayList<>(List.of("CMD"));
        all.addAll(argv);
        yield all;
      }
    };
  }

  private static List<String> pairs(List<Instruction.KeyValue> pairs) {
    return pairs.stream().map(pair -> pair.name() + "=" + pair.value()).toList();
  }

  private static List<String> plus(List<String> sources, String target) {
    List<String> all = new ArrayList<>(sources);
    all.add(target);
    return all;
  }

  private static List<String> words(String text) {
    return text.isEmpty() ? List.of() : Arrays.asList(text.split("[ \t]+"));
  }

  private static Json.Arr heredocs(Instruction instruction) {
    List<Heredoc> heredocs =
        switch (instruction) {
          case Instruction.Run run -> run.heredocs();
          case Instruction.Copy copy -> copy.heredocs();
          case Instruction.Add add -> add.heredocs();
          default -> List.of();
        };
    List<Json> all = new ArrayList<>();
    for (Heredoc heredoc : heredocs) {
      all.add(
          Json.obj()
              .with("name", heredoc.name())
              .with("fd", heredoc.fd())
              .with("expand", heredoc.expand())
              .with("chomp", heredoc.chomp())
              .with("content", heredoc.content()));
    }
    return new Json.Arr(all);
  }

  /** An instruction as written, cut into keyword, flags and what follows. */
  private record Text(String keyword, List<String> flags, String rest) {
    static Text cut(String source) {
      String text = source.strip();
      int end = endOfWord(text);
      String keyword = text.substring(0, end).toLowerCase(Locale.ROOT);
      String rest = text.substring(end).stripLeading();
      List<String> flags = new ArrayList<>();
      while (rest.startsWith("--")) {
        int cut = endOfWord(rest);
        flags.add(rest.substring(0, cut));
        rest = rest.substring(cut).stripLeading();
      }
      return new Text(keyword, flags, rest);
    }

    private static int endOfWord(String text) {
      int end = 0;
      while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
        end++;
      }
      return end;
    }

    boolean isList() {
      if (!listText().startsWith("[")) {
        return false;
      }
      try {
        return Json.parse(listText().getBytes(StandardCharsets.UTF_8))
                instanceof Json.Arr(var items)
            && items.stream().allMatch(item -> item instanceof Json.Text);
      } catch (JsonException _) {
        return false;
      }
    }

    List<String> list() {
      return Json.obj()
          .with("list", Json.parse(listText().getBytes(StandardCharsets.UTF_8)))
          .texts("list");
    }

    /** HEALTHCHECK has its list behind another word. */
    private String listText() {
      boolean behind = keyword.equals("healthcheck") && rest.length() > 4;
      return behind ? rest.substring(3).stripLeading() : rest;
    }
  }
}
