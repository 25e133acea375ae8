package dev.jbuild.cli;

import dev.jbuild.oci.ContainerConfig;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Words;
import dev.jbuild.solve.BuildException;
import dev.jbuild.solve.ExposedPorts;
import dev.jbuild.solve.Healthchecks;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Instructions of Dockerfiles that change only how an image runs: {@code --change}. */
final class ImageChange {
  private static final char ESCAPE = '\\';

  private final ContainerConfig config;

  private ImageChange(ContainerConfig config) {
    this.config = config;
  }

  /**
   * The configuration with a change.
   *
   * @throws UsageException when it is no such instruction
   */
  static ContainerConfig apply(ContainerConfig config, String text) {
    try {
      return new ImageChange(config).apply(DockerfileParser.parseInstruction(text.strip(), ESCAPE));
    } catch (DockerfileException | BuildException e) {
      throw new UsageException(String.valueOf(e.getMessage()));
    }
  }

  private ContainerConfig apply(Instruction instruction) {
    return switch (instruction) {
      case Instruction.Cmd cmd -> config.withCmd(Optional.of(argv(cmd.command())));
      case Instruction.Entrypoint entry ->
          config.withEntrypoint(Optional.of(argv(entry.command())));
      case Instruction.User user -> config.withUser(expand(user.user()));
      case Instruction.Workdir workdir -> config.withWorkingDir(expand(workdir.path()));
      case Instruction.StopSignal signal -> config.withStopSignal(expand(signal.signal()));
      case Instruction.Onbuild onbuild -> {
        List<String> triggers = new ArrayList<>(config.onBuild());
        triggers.add(onbuild.text());
        yield config.withOnBuild(triggers);
      }
      case Instruction.Healthcheck check -> config.withHealthcheck(Healthchecks.of(check));
      case Instruction.Env env -> {
        ContainerConfig changed = config;
        for (Instruction.KeyValue pair : env.pairs()) {
          changed = changed.withEnv(expand(pair.name()), expand(pair.value()));
        }
        yield changed;
      }
      case Instruction.Label label -> {
        ContainerConfig changed = config;
        for (Instruction.KeyValue pair : label.pairs()) {
          changed = changed.withLabel(expand(pair.name()), expand(pair.value()));
        }
        yield changed;
      }
      case Instruction.Volume volume -> {
        ContainerConfig changed = config;
        for (String path : volume.paths()) {
          changed = changed.withVolume(expand(path));
        }
        yield changed;
      }
      case Instruction.Expose expose -> {
        ContainerConfig changed = config;
        for (String word : expose.ports()) {
          for (String port : ExposedPorts.parse(expose.span(), expand(word))) {
            changed = changed.withExposedPort(port);
          }
        }
        yield changed;
      }
      default -> {
        String word = instruction.source().strip().split("\\s", 2)[0];
        throw new UsageException(word + " is not a valid change command");
      }
    };
  }

  private List<String> argv(Command command) {
    return switch (command) {
      case Command.Exec(List<String> argv) -> argv;
      case Command.Shell(String line) -> {
        List<String> argv = new ArrayList<>(config.shell().orElse(List.of("/bin/sh", "-c")));
        argv.add(line);
        yield argv;
      }
    };
  }

  private String expand(String word) {
    return Words.expand(word, this::variable, ESCAPE);
  }

  private Optional<String> variable(String name) {
    return config.env().stream()
        .filter(entry -> entry.startsWith(name + "="))
        .map(entry -> entry.substring(name.length() + 1))
        .findFirst();
  }
}
