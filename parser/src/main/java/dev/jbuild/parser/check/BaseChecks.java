package dev.jbuild.parser.check;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.GoText;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;
import dev.jbuild.parser.Suggestion;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What FROM says about images and platforms. */
final class BaseChecks {
  private static final String TARGET_PLATFORM = "TARGETPLATFORM";

  private final Dockerfile dockerfile;
  private final CheckRequest request;
  private final Report report;
  private final Map<String, String> globals;
  private final Set<String> declared;

  BaseChecks(
      Dockerfile dockerfile, CheckRequest request, Report report, Map<String, String> globals) {
    this.dockerfile = dockerfile;
    this.request = request;
    this.report = report;
    this.globals = globals;
    this.declared = new LinkedHashSet<>(globals.keySet());
    for (Instruction.Arg arg : dockerfile.globalArgs()) {
      arg.assignments().forEach(one -> declared.add(one.name()));
    }
  }

  void run() {
    defaults();
    for (Stage stage : dockerfile.stages()) {
      Instruction.From from = stage.from();
      Variables image = new Variables(globals);
      Checks.expand(from, from.image(), image, dockerfile.escape());
      undeclared(from, image);
      if (from.platform().isPresent()) {
        platform(from, from.platform().get());
      }
    }
  }

  /** Would the file build without any build argument? */
  private void defaults() {
    try {
      Map<String, String> values = Checks.globals(dockerfile, request.predefined(), Map.of());
      for (Stage stage : dockerfile.stages()) {
        Instruction.From from = stage.from();
        String name = Checks.expand(from, from.image(), new Variables(values), dockerfile.escape());
        if (!isImageName(name)) {
          report.add(
              Rule.INVALID_DEFAULT_ARG_IN_FROM,
              from,
              "Default value for ARG "
                  + from.image()
                  + " results in empty or invalid base image name");
        }
      }
    } catch (DockerfileException _) {
      // what is wrong without arguments may be right with them
    }
  }

  private static boolean isImageName(String name) {
    try {
      ImageReference.parse(name);
      return !name.isEmpty();
    } catch (IllegalArgumentException _) {
      return false;
    }
  }

  private void undeclared(Instruction.From from, Variables variables) {
    for (String name : variables.missing()) {
      if (!declared.contains(name)) {
        Optional<String> near = Suggestion.of(name, declared);
        report.add(
            Rule.UNDEFINED_ARG_IN_FROM,
            from,
            "FROM argument '"
                + name
                + "' is not declared"
                + near.map(match -> " (did you mean " + match + "?)").orElse(""));
      }
    }
  }

  private void platform(Instruction.From from, String written) {
    Variables variables = new Variables(globals);
    String value = Checks.expand(from, written, variables, dockerfile.escape());
    undeclared(from, variables);
    if (variables.missing().isEmpty()
        && variables.found().equals(Set.of(TARGET_PLATFORM))
        && value.equals(globals.get(TARGET_PLATFORM))) {
      report.add(
          Rule.REDUNDANT_TARGET_PLATFORM,
          from,
          "Setting platform to predefined "
              + written
              + " in FROM is redundant as this is the default behavior");
    }
    if (variables.missing().isEmpty() && variables.found().isEmpty()) {
      constant(from, value);
    }
  }

  private void constant(Instruction.From from, String value) {
    Platform platform;
    try {
      platform = Platform.parse(value);
    } catch (IllegalArgumentException _) {
      return;
    }
    String name = from.name().orElse("");
    if (!name.contains(platform.os()) && !name.contains(platform.architecture())) {
      report.add(
          Rule.FROM_PLATFORM_FLAG_CONST_DISALLOWED,
          from,
          "FROM --platform flag should not use constant value " + GoText.quote(value));
    }
  }
}
