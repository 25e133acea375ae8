package dev.jbuild.cli;

import dev.jbuild.cache.LocalImage;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.check.BaseImage;
import dev.jbuild.parser.check.CheckOptions;
import dev.jbuild.parser.check.CheckRequest;
import dev.jbuild.parser.check.Checks;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.StageGraph;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checks the Dockerfile of a build with all that the build would know. */
final class BuildChecks {
  private static final String OPTIONS = "BUILDKIT_DOCKERFILE_CHECK";

  private final BuildRequest request;
  private final Session session;

  BuildChecks(BuildRequest request, Session session) {
    this.request = request;
    this.session = session;
  }

  /** Checks; what is no Dockerfile at all is an error among the findings. */
  Checks.Findings findings() {
    Dockerfile dockerfile;
    try {
      dockerfile = DockerfileParser.parse(request.source().dockerfile());
    } catch (DockerfileException e) {
      return new Checks.Findings(List.of(), Optional.of(e));
    }
    return findings(dockerfile);
  }

  /** Checks what has been read already. */
  Checks.Findings findings(Dockerfile dockerfile) {
    try {
      Checks.Findings findings = Checks.run(dockerfile, checkRequest(dockerfile));
      if (findings.error().isEmpty()) {
        graph(dockerfile);
      }
      return findings;
    } catch (DockerfileException e) {
      return new Checks.Findings(List.of(), Optional.of(e));
    }
  }

  /**
   * Whether a finding is to fail the build; asked of files that do not say so, it costs little.
   *
   * @throws DockerfileException for options that make no sense
   */
  boolean failBuild() {
    byte[] source = request.source().dockerfile();
    if (!request.arguments().containsKey(OPTIONS)
        && !new String(source, StandardCharsets.UTF_8).contains("check=")) {
      return false;
    }
    Dockerfile dockerfile;
    try {
      dockerfile = DockerfileParser.parse(source);
    } catch (DockerfileException _) {
      return false; // the build says what is wrong
    }
    return options(dockerfile).error();
  }

  private CheckOptions options(Dockerfile dockerfile) {
    String given = request.arguments().get(OPTIONS);
    if (given == null) {
      return Checks.options(dockerfile);
    }
    try {
      return CheckOptions.parse(given);
    } catch (IllegalArgumentException e) {
      throw new DockerfileException(
          new Span(1, 1), "failed to parse check options: " + e.getMessage());
    }
  }

  private CheckRequest checkRequest(Dockerfile dockerfile) {
    IgnoreRules ignored =
        IgnoreRules.parse(request.source().ignoreFile().orElseGet(() -> new byte[0]));
    return new CheckRequest(
        options(dockerfile),
        request.arguments(),
        predefined(),
        request.target(),
        platform(),
        ignored,
        this::image);
  }

  private Platform platform() {
    return request.platforms().isEmpty() ? Platform.host() : request.platforms().getFirst();
  }

  Map<String, String> predefined() {
    Map<String, String> values = new LinkedHashMap<>();
    add(values, "TARGET", platform());
    add(values, "BUILD", Platform.host());
    values.put("TARGETSTAGE", request.target().orElse("default"));
    return values;
  }

  private static void add(Map<String, String> values, String prefix, Platform platform) {
    values.put(prefix + "PLATFORM", platform.toString());
    values.put(prefix + "OS", platform.os());
    values.put(prefix + "OSVERSION", "");
    values.put(prefix + "ARCH", platform.architecture());
    values.put(prefix + "VARIANT", platform.variant());
  }

  /** What a graph of the stages refuses. */
  private void graph(Dockerfile dockerfile) {
    StageGraph graph =
        StageGraph.of(
            dockerfile,
            predefined(),
            request.arguments(),
            name -> request.source().named().containsKey(name));
    graph.target(request.target());
  }

  /** An image of the store; what a named context replaces is not looked into. */
  private Optional<BaseImage> image(String name) {
    if (request.source().named().containsKey(name)) {
      return Optional.empty();
    }
    try {
      ImageReference reference = ImageReference.parse(name).withDefaultTag();
      return session.parts().localImages().find(reference, platform()).map(BuildChecks::base);
    } catch (IOException | IllegalArgumentException _) {
      return Optional.empty();
    }
  }

  private static BaseImage base(LocalImage image) {
    return new BaseImage(
        image.config().platform(),
        image.config().config().envMap(),
        image.config().config().shell().orElse(List.of()),
        image.config().config().onBuild());
  }
}
