package dev.jbuild.dist;

import dev.jbuild.dist.CommandLine.Command;
import dev.jbuild.dist.CommandLine.Group;
import dev.jbuild.dist.CommandLine.Option;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Completion in fish. */
final class FishCompletion {
  private final CommandLine line;
  private final StringBuilder fish = new StringBuilder();

  FishCompletion(CommandLine line) {
    this.line = line;
  }

  String text() {
    fish.append(
        FISH.replace(
                "@GROUPS@",
                line.groups().stream().map(Group::name).collect(Collectors.joining(" ")))
            .replace(
                "@VERBS@",
                line.commands().stream().map(Command::name).collect(Collectors.joining(" "))));
    line.commands().forEach(c -> verb("", c.name(), c.summary()));
    for (Group group : line.groups()) {
      verb("", group.name(), "more commands on it");
      group.commands().forEach(c -> verb(group.name(), c.lastWord(), c.summary()));
    }
    CommandLine.GLOBAL.forEach(option -> option("", option));
    for (Command command : line.all()) {
      command.options().forEach(option -> option(command.name(), option));
      operands(command);
    }
    return fish.toString();
  }

  private void on(String verb) {
    fish.append("complete -c jbuild -n '__jbuild_is ").append(verb).append('\'');
  }

  private void verb(String before, String word, String summary) {
    on(before);
    fish.append(" -f -a ").append(word).append(" -d ").append(quoted(summary)).append('\n');
  }

  private void operands(Command command) {
    Set<String> kinds = new LinkedHashSet<>();
    Words.operands(command).forEach(kind -> kinds.add(kind.replace("+", "")));
    boolean files = kinds.remove("files") || kinds.contains("paths");
    kinds.remove("none");
    if (kinds.isEmpty() && files) {
      return;
    }
    on(command.name());
    fish.append(files ? "" : " -f");
    if (!kinds.isEmpty()) {
      String calls =
          kinds.stream().map(k -> "(__jbuild_" + k + ")").collect(Collectors.joining(" "));
      fish.append(" -a '").append(calls).append('\'');
    }
    fish.append('\n');
  }

  private void option(String verb, Option option) {
    on(verb);
    for (String name : option.names()) {
      fish.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (!option.isFlag()) {
      fish.append(option.takesFile() ? " -r -F" : " -x");
      Words.choices(option)
          .map(words -> words.equals("@networks") ? "(__jbuild_networks)" : words)
          .ifPresent(words -> fish.append(" -a '").append(words).append('\''));
    }
    fish.append(" -d ").append(quoted(option.text())).append('\n');
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private static final String FISH =
      """
      # fish completion for jbuild; made from the program's own options
      function __jbuild_verb
        set -l verb
        set -l skip
        for word in (commandline -opc)[2..-1]
          if test -n "$skip"
            set skip
          else if test -z "$verb"
            switch $word
              case --root
                set skip yes
              case -D --debug -v --version --help
              case '-*' . '*/*'
                echo build
                return
              case '*'
                set verb $word
                contains -- $word @GROUPS@; or break
            end
          else if not string match -q -- '-*' $word
            set verb "$verb $word"
            break
          end
        end
        test -n "$skip"; and set verb --root
        echo $verb
      end
      function __jbuild_is
        set -l verb (__jbuild_verb)
        test "$verb" = "$argv"
      end
      function __jbuild_images
        jbuild images --filter dangling=false --format '{{.Repository}}:{{.Tag}}' 2>/dev/null
      end
      function __jbuild_containers
        jbuild ps -a --format '{{.Names}}' 2>/dev/null
      end
      function __jbuild_things
        __jbuild_images
        __jbuild_containers
      end
      function __jbuild_paths
        __jbuild_containers | string replace -r '$' :
      end
      function __jbuild_volumes
        jbuild volume ls --format '{{.Name}}' 2>/dev/null
      end
      function __jbuild_networks
        jbuild network ls --format '{{.Name}}' 2>/dev/null
      end
      function __jbuild_verbs
        printf '%s\\n' @VERBS@
      end
      """;
}
