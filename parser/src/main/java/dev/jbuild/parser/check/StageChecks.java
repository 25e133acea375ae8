package dev.jbuild.parser.check;

import dev.jbuild.oci.Platform;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.Dockerfile;
import dev.jbuild.parser.DockerfileException;
import dev.jbuild.parser.DockerfileParser;
import dev.jbuild.parser.GoText;
import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Span;
import dev.jbuild.parser.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Goes through the instructions of a stage, with what is set at each of them. */
final class StageChecks {
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final Dockerfile dockerfile;
  private final Stage stage;
  private final CheckRequest request;
  private final Report report;
  private final Map<String, String> globals;

  /** Whether anybody wants to know about this stage; others may be built on it. */
  private final boolean wanted;

  private final Map<String, String> env = new LinkedHashMap<>();
  private final Set<String> arguments = new LinkedHashSet<>();
  private final Map<String, Span> once = new HashMap<>();
  private final List<String> triggers = new ArrayList<>();

  /** False where the base image is not at hand: nobody knows what it sets. */
  private boolean envKnown = true;

  private boolean workdirSet;
  private boolean shellSet;
  private boolean inTrigger;

  StageChecks(
      Dockerfile dockerfile,
      Stage stage,
      CheckRequest request,
      Report report,
      Map<String, String> globals,
      boolean wanted) {
    this.dockerfile = dockerfile;
    this.stage = stage;
    this.request = request;
    this.report = report;
    this.globals = globals;
    this.wanted = wanted;
  }

  /** Takes over what a base sets. */
  void begin(Optional<StageChecks> base, String image) {
    List<String> inherited = List.of();
    if (base.isPresent()) {
      StageChecks parent = base.get();
      env.putAll(parent.env);
      arguments.addAll(parent.arguments);
      envKnown = parent.envKnown;
      workdirSet = parent.workdirSet;
      shellSet = parent.shellSet;
      inherited = parent.triggers;
    } else if (image.equals("scratch")) {
      env.put("PATH", DEFAULT_PATH);
    } else {
      Optional<BaseImage> found = request.images().apply(image);
      envKnown = found.isPresent();
      env.put("PATH", DEFAULT_PATH);
      found.ifPresent(known -> begin(known, image));
      inherited = found.map(BaseImage::triggers).orElse(List.of());
    }
    inTrigger = true;
    for (String trigger : inherited) {
      triggered(trigger);
    }
    inTrigger = false;
  }

  private void begin(BaseImage base, String image) {
    env.putAll(base.env());
    shellSet = !base.shell().isEmpty();
    Platform actual = base.platform();
    Platform expected = platform();
    boolean same =
        actual.os().equals(expected.os()) && actual.architecture().equals(expected.architecture());
    if (!same) {
      add(
          Rule.INVALID_BASE_IMAGE_PLATFORM,
          stage.from(),
          "Base image "
              + image
              + " was pulled with platform "
              + GoText.quote(actual.toString())
              + ", expected "
              + GoText.quote(expected.toString())
              + " for current build");
    }
  }

  private Platform platform() {
    try {
      return stage
          .from()
          .platform()
          .map(text -> new Variables(globals).expand(text, dockerfile.escape()))
          .map(Platform::parse)
          .orElse(request.platform());
    } catch (IllegalArgumentException _) {
      return request.platform();
    }
  }

  private void triggered(String text) {
    try {
      check(DockerfileParser.parseInstruction(text, '\\'));
    } catch (DockerfileException _) {
      // the build says so
    }
  }

  void run() {
    stage.instructions().forEach(this::check);
  }

  private void add(Rule rule, Instruction at, String message) {
    add(rule, at, at.span(), message);
  }

  private void add(Rule rule, Instruction at, Span span, String message) {
    if (wanted && !inTrigger) {
      report.add(rule, at, span, message);
    }
  }

  // instanceof, as a switch over types is made anew at every start of the JVM (docs/adr/0010)
  private void check(Instruction instruction) {
    Expander words = new Expander(instruction);
    if (instruction instanceof Instruction.Run r) {
      r.mounts().forEach(words::expandMount);
    } else if (instruction instanceof Instruction.Copy c) {
      new CopyChecks(c, request.ignored(), words, this::add).copy(c);
    } else if (instruction instanceof Instruction.Add a) {
      new CopyChecks(a, request.ignored(), words, this::add).add(a);
    } else if (instruction instanceof Instruction.Env e) {
      env(e, words);
    } else if (instruction instanceof Instruction.Arg a) {
      argument(a, words);
    } else if (instruction instanceof Instruction.Label l) {
      label(l, words);
    } else if (instruction instanceof Instruction.Workdir w) {
      workdir(w, words);
    } else if (instruction instanceof Instruction.Onbuild o) {
      triggers.add(o.text());
    } else if (instruction instanceof Instruction.Shell) {
      shellSet = true;
    } else {
      checkDescription(instruction, words);
    }
  }

  /** What only describes the image. */
  private void checkDescription(Instruction instruction, Expander words) {
    if (instruction instanceof Instruction.Cmd c) {
      once(c);
      shellForm(c, c.command());
    } else if (instruction instanceof Instruction.Entrypoint e) {
      once(e);
      shellForm(e, e.command());
    } else if (instruction instanceof Instruction.Healthcheck h) {
      once(h);
    } else if (instruction instanceof Instruction.Expose e) {
      PortChecks.run(e, words, this::add);
    } else if (instruction instanceof Instruction.User u) {
      words.expand(u.user());
    } else if (instruction instanceof Instruction.StopSignal s) {
      words.expand(s.signal());
    } else if (instruction instanceof Instruction.Volume v) {
      v.paths().forEach(words::expand);
    }
  }

  private void once(Instruction instruction) {
    String keyword = instruction.keyword();
    Span before = once.put(keyword.toUpperCase(Locale.ROOT), instruction.span());
    if (before != null) {
      add(
          Rule.MULTIPLE_INSTRUCTIONS_DISALLOWED,
          instruction,
          before,
          "Multiple "
              + keyword
              + " instructions should not be used in the same stage because only the last one will"
              + " be used");
    }
  }

  private void shellForm(Instruction instruction, Command command) {
    if (command instanceof Command.Shell && !shellSet) {
      add(
          Rule.JSON_ARGS_RECOMMENDED,
          instruction,
          "JSON arguments recommended for "
              + instruction.keyword()
              + " to prevent unintended behavior related to OS signals");
    }
  }

  private void env(Instruction.Env instruction, Expander words) {
    Map<String, String> set = new LinkedHashMap<>();
    for (Instruction.KeyValue pair : instruction.pairs()) {
      String name = words.expand(pair.name());
      set.put(name, words.expand(pair.value()));
      legacy(instruction, pair);
      secret("ENV", name, instruction);
    }
    env.putAll(set);
  }

  private void label(Instruction.Label instruction, Expander words) {
    for (Instruction.KeyValue pair : instruction.pairs()) {
      words.expand(pair.name());
      words.expand(pair.value());
      legacy(instruction, pair);
    }
  }

  private void legacy(Instruction instruction, Instruction.KeyValue pair) {
    if (pair.legacy()) {
      String keyword = instruction.keyword();
      add(
          Rule.LEGACY_KEY_VALUE_FORMAT,
          instruction,
          "\""
              + keyword
              + " key=value\" should be used instead of legacy \""
              + keyword
              + " key value\" format");
    }
  }

  private void argument(Instruction.Arg instruction, Expander words) {
    for (Instruction.Assignment one : instruction.assignments()) {
      String name = one.name();
      secret("ARG", name, instruction);
      String value = request.arguments().get(name);
      if (value == null) {
        value = one.value().isPresent() ? words.expand(one.value().get()) : globals.get(name);
      }
      if (value != null) {
        env.put(name, value);
      }
      arguments.add(name);
    }
  }

  private void secret(String keyword, String name, Instruction at) {
    if (Secrets.isOne(name)) {
      add(
          Rule.SECRETS_USED_IN_ARG_OR_ENV,
          at,
          "Do not use ARG or ENV instructions for sensitive data ("
              + keyword
              + " "
              + GoText.quote(name)
              + ")");
    }
  }

  private void workdir(Instruction.Workdir instruction, Expander words) {
    String path = words.expand(instruction.path());
    // what begins with a variable of a base image that is not at hand may well be absolute
    boolean unknown = !envKnown && instruction.path().indexOf('$') >= 0;
    if (!workdirSet && !path.startsWith("/") && !unknown) {
      add(
          Rule.WORKDIR_RELATIVE_PATH,
          instruction,
          "Relative workdir "
              + GoText.quote(path)
              + " can have unexpected results if the base image changes");
    }
    workdirSet = true;
  }

  /** Takes down what is found at an instruction. */
  interface Finder {
    void add(Rule rule, Instruction at, String message);
  }

  /** Expands the words of one instruction, and says which variables nobody has set. */
  final class Expander {
    private final Instruction at;

    Expander(Instruction at) {
      this.at = at;
    }

    String expand(String word) {
      Variables variables = new Variables(env);
      try {
        return variables.expand(word, dockerfile.escape());
      } catch (IllegalArgumentException e) {
        refuse(word, e);
        return word;
      } finally {
        report(variables);
      }
    }

    List<String> expandToList(String word) {
      Variables variables = new Variables(env);
      try {
        return variables.expandToList(word, dockerfile.escape());
      } catch (IllegalArgumentException e) {
        refuse(word, e);
        return List.of();
      } finally {
        report(variables);
      }
    }

    void expandText(String text) {
      Variables variables = new Variables(env);
      try {
        variables.expandText(text);
      } catch (IllegalArgumentException e) {
        refuse(text.lines().findFirst().orElse(""), e);
      } finally {
        report(variables);
      }
    }

    /** The values of options; the mount as a whole is no word. */
    void expandMount(String mount) {
      for (String field : mount.split(",", -1)) {
        int equals = field.indexOf('=');
        if (equals > 0 && field.indexOf('$') > 0) {
          expand(field.substring(equals + 1));
        }
      }
    }

    /** Where nobody knows what the base sets, a variable may be set that is missed here. */
    private void refuse(String word, IllegalArgumentException e) {
      if (envKnown) {
        throw Checks.failure(at, word, e);
      }
    }

    private void report(Variables variables) {
      if (!envKnown) {
        return;
      }
      for (String name : variables.missing()) {
        if (!arguments.contains(name) && !name.startsWith("BUILDKIT_SBOM_SCAN_")) {
          Optional<String> near = dev.jbuild.parser.Suggestion.of(name, env.keySet());
          add(
              Rule.UNDEFINED_VAR,
              at,
              "Usage of undefined variable '$"
                  + name
                  + "'"
                  + near.map(match -> " (did you mean $" + match + "?)").orElse(""));
        }
      }
    }
  }
}
