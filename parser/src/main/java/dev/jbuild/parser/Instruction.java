package dev.jbuild.parser;

import java.util.List;
import java.util.Optional;

/** One Dockerfile instruction, parsed but not yet expanded (Dockerfile reference). */
public sealed interface Instruction {
  Span span();

  /**
   * The instruction as written, with continuation lines joined and without the bodies of
   * here-documents.
   */
  String source();

  /** The instruction's word, as written. */
  default String keyword() {
    String source = source();
    int end = 0;
    while (end < source.length() && !Blanks.isAscii(source.charAt(end))) {
      end++;
    }
    return source.substring(0, end);
  }

  /**
   * A name with a value, unexpanded, quotes kept.
   *
   * @param legacy written with a blank instead of {@code =}
   */
  record KeyValue(String name, String value, boolean legacy) {}

  /** An ARG's name, with a default where there is one, unexpanded. */
  record Assignment(String name, Optional<String> value) {}

  /**
   * @param name in lower case
   */
  record From(
      Span span, String source, String image, Optional<String> platform, Optional<String> name)
      implements Instruction {}

  record Arg(Span span, String source, List<Assignment> assignments) implements Instruction {
    public Arg {
      assignments = List.copyOf(assignments);
    }
  }

  record Env(Span span, String source, List<KeyValue> pairs) implements Instruction {
    public Env {
      pairs = List.copyOf(pairs);
    }
  }

  record Label(Span span, String source, List<KeyValue> pairs) implements Instruction {
    public Label {
      pairs = List.copyOf(pairs);
    }
  }

  /**
   * @param command what follows the flags, the signs of here-documents included
   * @param mounts the values of {@code --mount}, for {@link RunMount#parse}
   * @param devices the values of {@code --device}
   */
  record Run(
      Span span,
      String source,
      Command command,
      List<Heredoc> heredocs,
      List<String> mounts,
      Optional<String> network,
      Optional<String> security,
      List<String> devices)
      implements Instruction {
    public Run {
      heredocs = List.copyOf(heredocs);
      mounts = List.copyOf(mounts);
      devices = List.copyOf(devices);
    }
  }

  /**
   * @param sources without those that are here-documents
   * @param heredocs the sources that are here-documents, in order
   */
  record Copy(
      Span span,
      String source,
      List<String> sources,
      String target,
      CopyFlags flags,
      List<Heredoc> heredocs)
      implements Instruction {
    public Copy {
      sources = List.copyOf(sources);
      heredocs = List.copyOf(heredocs);
    }
  }

  /** See {@link Copy}. */
  record Add(
      Span span,
      String source,
      List<String> sources,
      String target,
      CopyFlags flags,
      List<Heredoc> heredocs)
      implements Instruction {
    public Add {
      sources = List.copyOf(sources);
      heredocs = List.copyOf(heredocs);
    }
  }

  record Cmd(Span span, String source, Command command) implements Instruction {}

  record Entrypoint(Span span, String source, Command command) implements Instruction {}

  /**
   * @param ports sorted, as BuildKit's history shows them
   */
  record Expose(Span span, String source, List<String> ports) implements Instruction {
    public Expose {
      ports = List.copyOf(ports);
    }
  }

  record Volume(Span span, String source, List<String> paths) implements Instruction {
    public Volume {
      paths = List.copyOf(paths);
    }
  }

  record User(Span span, String source, String user) implements Instruction {}

  record Workdir(Span span, String source, String path) implements Instruction {}

  record StopSignal(Span span, String source, String signal) implements Instruction {}

  record Maintainer(Span span, String source, String name) implements Instruction {}

  record Shell(Span span, String source, List<String> words) implements Instruction {
    public Shell {
      words = List.copyOf(words);
    }
  }

  /**
   * @param test absent for {@code NONE}
   * @param retries 0 for the default; durations are nanoseconds, 0 for the default
   */
  record Healthcheck(
      Span span,
      String source,
      Optional<Command> test,
      long interval,
      long timeout,
      long startPeriod,
      long startInterval,
      int retries)
      implements Instruction {}

  /**
   * @param text the trigger as images keep it, bodies of here-documents included; whether it makes
   *     sense shows when it is triggered
   */
  record Onbuild(Span span, String source, String text) implements Instruction {}
}
