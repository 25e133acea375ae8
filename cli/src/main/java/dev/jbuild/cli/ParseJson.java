package dev.jbuild.cli;

import dev.jbuild.oci.Json;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.RawInstruction;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A Dockerfile as a list of instructions with flags, arguments and lines. */
final class ParseJson {
  private ParseJson() {}

  static Json.Arr of(List<RawInstruction> instructions) {
    List<Json> all = new ArrayList<>();
    instructions.forEach(instruction -> all.add(json(instruction)));
    return new Json.Arr(all);
  }

  private static Json.Obj json(RawInstruction instruction) {
    Json.Obj json =
        Json.obj()
            .with("line", instruction.span().firstLine())
            .with("endLine", instruction.span().lastLine())
            .with("cmd", instruction.word().toLowerCase(Locale.ROOT))
            .with("flags", Json.texts(instruction.flags()))
            .with("args", Json.texts(instruction.args()))
            .with("json", instruction.json())
            .with("heredocs", heredocs(instruction.heredocs()));
    return instruction.trigger().map(t -> json.with("onbuild", json(t))).orElse(json);
  }

  private static Json.Arr heredocs(List<Heredoc> heredocs) {
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
}
