package dev.jbuild.cli;

import dev.jbuild.cli.format.PrettyJson;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.parser.Words;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Shows what the parser makes of a Dockerfile, of words or of ignore patterns; for tools. */
final class ParseVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("parse", "[FILE]", "Show what a Dockerfile says, as JSON")
        .value("--format", "format", "json, the only one")
        .flag("--words", "Expand words: JSON lines {\"word\",\"env\",\"escape\"} from stdin")
        .flag("--ignore", "Match paths: JSON lines {\"ignorefile\",\"paths\"} from stdin")
        .operands(0, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    if (!arguments.value("--format").orElse("json").equals("json")) {
      throw new UsageException("--format is json");
    }
    if (arguments.flag("--words")) {
      return eachLine(session, ParseVerb::expanded);
    }
    if (arguments.flag("--ignore")) {
      return eachLine(session, ParseVerb::matched);
    }
    String file = arguments.operands().isEmpty() ? "Dockerfile" : arguments.operand(0);
    byte[] source =
        file.equals("-") ? session.in().readAllBytes() : Files.readAllBytes(Path.of(file));
    try {
      DockerfileParser.parse(source); // for what it refuses
      session.out().println(PrettyJson.print(ParseJson.of(DockerfileParser.outline(source))));
      return 0;
    } catch (DockerfileException e) {
      session.err().println(e.render(file, source));
      return 1;
    }
  }

  private static int eachLine(Session session, UnaryOperator<Json.Obj> answer) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(session.in(), StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.isBlank()) {
        continue;
      }
      Json.Obj result;
      try {
        result = answer.apply(Json.parseObject(line));
      } catch (JsonException | IllegalArgumentException | DockerfileException e) {
        result = Json.obj().with("error", String.valueOf(e.getMessage()));
      }
      session.out().println(result.compact());
    }
    return 0;
  }

  private static Json.Obj expanded(Json.Obj question) {
    String word = question.text("word").orElse("");
    String escape = question.text("escape").orElse("\\");
    Map<String, String> env = new LinkedHashMap<>(question.textMap("env"));
    for (String pair : question.texts("env")) {
      int equals = pair.indexOf('=');
      env.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : pair.substring(equals + 1));
    }
    char character = escape.isEmpty() ? '\\' : escape.charAt(0);
    List<String> words =
        Words.expandToList(word, name -> Optional.ofNullable(env.get(name)), character);
    return Json.obj()
        .with("result", Words.expand(word, name -> Optional.ofNullable(env.get(name)), character))
        // BuildKit's own answer where nothing is left
        .with(
            "words",
            words.stream().allMatch(String::isEmpty) ? new Json.Null() : Json.texts(words));
  }

  private static Json.Obj matched(Json.Obj question) {
    IgnoreRules rules =
        IgnoreRules.parse(question.text("ignorefile").orElse("").getBytes(StandardCharsets.UTF_8));
    List<Json> matches = new ArrayList<>();
    for (String path : question.texts("paths")) {
      matches.add(new Json.Bool(rules.ignores(path)));
    }
    return Json.obj().with("matches", new Json.Arr(matches));
  }
}
