package dev.jbuild.solve;

import dev.jbuild.fetch.GitAddress;
import dev.jbuild.fetch.HttpFiles;
import dev.jbuild.layer.ArchiveTimes;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.StageGraph;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;

/**
 * {@code SOURCE_DATE_EPOCH}: the time that a build writes into what it makes, as a number, or as
 * the name of a stage that adds one remote source (reproducible-builds.org/specs).
 *
 * @param seconds absent where nothing was asked for, or the source has no time
 */
record Epoch(boolean given, OptionalLong seconds) {
  private static final String NAME = "SOURCE_DATE_EPOCH";

  static Epoch of(BuildRequest request, StageGraph graph, Remote remote)
      throws IOException, InterruptedException {
    String value = request.arguments().getOrDefault(NAME, graph.globals().getOrDefault(NAME, ""));
    if (value.isEmpty()) {
      return new Epoch(false, OptionalLong.empty());
    }
    if (value.chars().allMatch(c -> c >= '0' && c <= '9') && value.length() < 16) {
      return new Epoch(true, OptionalLong.of(Long.parseLong(value)));
    }
    if (value.equals("context")) {
      return new Epoch(true, request.source().epoch());
    }
    Optional<Stage> stage = graph.named(value);
    if (stage.isEmpty()) {
      throw new BuildException("invalid SOURCE_DATE_EPOCH: " + value);
    }
    return new Epoch(true, OptionalLong.of(stage(graph, stage.get(), remote)));
  }

  private static long stage(StageGraph graph, Stage stage, Remote remote)
      throws IOException, InterruptedException {
    if (graph.image(stage).equals("scratch")
        && stage.instructions().size() == 1
        && stage.instructions().getFirst() instanceof Instruction.Add add
        && add.sources().size() == 1) {
      String source = graph.expand(add, add.sources().getFirst());
      Optional<GitAddress> git = GitAddress.parse(source);
      if (git.isPresent()) {
        return remote.git(git.get(), add.flags().checksum(), false).seconds();
      }
      if (source.startsWith("http://") || source.startsWith("https://")) {
        HttpFiles.Fetched fetched = remote.http(source, Optional.empty());
        OptionalLong newest = ArchiveTimes.newest(fetched.file());
        return newest.isPresent()
            ? newest.getAsLong()
            : fetched.modified().orElse(Instant.EPOCH).getEpochSecond();
      }
    }
    throw new BuildException(
        stage.from().span(),
        "a stage that gives SOURCE_DATE_EPOCH is FROM scratch with a single ADD of one address");
  }

  /** RFC 3339. */
  Optional<String> text() {
    return seconds.isPresent()
        ? Optional.of(Instant.ofEpochSecond(seconds.getAsLong()).toString())
        : Optional.empty();
  }

  /** The request with the number in place of a name. */
  BuildRequest in(BuildRequest request) {
    if (!given || !request.arguments().containsKey(NAME)) {
      return request;
    }
    SequencedMap<String, String> arguments = new LinkedHashMap<>(request.arguments());
    if (seconds.isPresent()) {
      arguments.put(NAME, String.valueOf(seconds.getAsLong()));
    } else {
      arguments.remove(NAME);
    }
    return request.withArguments(arguments);
  }

  /** The graph whose stages see the number. */
  StageGraph in(StageGraph graph) {
    return given
        ? graph.withGlobal(
            NAME,
            seconds.isPresent()
                ? Optional.of(String.valueOf(seconds.getAsLong()))
                : Optional.empty())
        : graph;
  }
}
