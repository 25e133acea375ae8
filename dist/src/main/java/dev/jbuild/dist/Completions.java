package dev.jbuild.dist;

import dev.jbuild.dist.CommandLine.Command;
import dev.jbuild.dist.CommandLine.Group;
import dev.jbuild.dist.CommandLine.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Completions of the usual shells: verbs, options, files, and the names of local images. */
final class Completions {
  private final CommandLine line;

  Completions(CommandLine line) {
    this.line = line;
  }

  private String words() {
    List<String> words = new ArrayList<>();
    line.commands().forEach(command -> words.add(command.name()));
    line.groups().forEach(group -> words.add(group.name()));
    return String.join(" ", words);
  }

  private static String names(List<Option> options) {
    return options.stream().flatMap(o -> o.names().stream()).collect(Collectors.joining(" "));
  }

  /** What operands are: images, containers, volumes, networks or paths. */
  private static String operand(Command command) {
    String operands = command.operands();
    if (operands.contains("CONTAINER") || operands.contains("NAME|ID")) {
      return operands.contains("IMAGE") ? "images" : "containers";
    }
    if (operands.contains("VOLUME")) {
      return "volumes";
    } else if (operands.startsWith("NETWORK")) {
      return "networks";
    }
    return operands.contains("IMAGE") ? "images" : operands.isEmpty() ? "none" : "files";
  }

  String bash() {
    StringBuilder cases = new StringBuilder();
    for (Command command : line.all()) {
      cases
          .append("    '")
          .append(command.name())
          .append("') options='")
          .append(names(command.options()))
          .append("' values='")
          .append(names(command.options().stream().filter(o -> !o.isFlag()).toList()))
          .append("' files='")
          .append(names(command.options().stream().filter(Option::takesFile).toList()))
          .append("' operands=")
          .append(operand(command))
          .append(" ;;\n");
    }
    for (Group group : line.groups()) {
      cases
          .append("    '")
          .append(group.name())
          .append("') words='")
          .append(group.commands().stream().map(Command::lastWord).collect(Collectors.joining(" ")))
          .append("' ;;\n");
    }
    return BASH.replace("@WORDS@", words())
        .replace("@GLOBALS@", names(CommandLine.GLOBAL))
        .replace(
            "@GROUPS@", line.groups().stream().map(Group::name).collect(Collectors.joining("|")))
        .replace("@CASES@", cases);
  }

  private static final String BASH =
      """
      # bash completion for jbuild; made from the program's own options
      _jbuild() {
        local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
        local verb= words='@WORDS@' options='@GLOBALS@' values=--root files=--root operands=files word i
        for ((i = 1; i < COMP_CWORD; i++)); do
          word=${COMP_WORDS[i]}
          case $verb:$word in
            :--root) ((i++)) ;;
            :-*) [[ $word == -t* || $word == -f* ]] && verb=build ;;
            :.|:*/*) verb=build ;;
            :*) verb=$word ;;
            @GROUPS@) ;;
            *)
              case $verb in @GROUPS@) [[ $word == -* ]] || verb="$verb $word" ;; esac
              break
              ;;
          esac
        done
        [[ $verb ]] && words=
        case $verb in
      @CASES@  esac
        COMPREPLY=()
        if [[ " $files " == *" $prev "* ]]; then
          compopt -o filenames 2>/dev/null
          COMPREPLY=($(compgen -f -- "$cur"))
        elif [[ " $values " == *" $prev "* ]]; then
          return
        elif [[ $cur == -* ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$cur"))
        elif [[ $words ]]; then
          COMPREPLY=($(compgen -W "$words" -- "$cur"))
        elif [[ $operands == images ]]; then
          COMPREPLY=($(compgen -W "$(jbuild images --filter dangling=false --format '{{.Repository}}:{{.Tag}}' 2>/dev/null)" -- "$cur"))
          declare -F __ltrim_colon_completions >/dev/null && __ltrim_colon_completions "$cur"
        elif [[ $operands == containers ]]; then
          COMPREPLY=($(compgen -W "$(jbuild ps -a --format '{{.Names}}' 2>/dev/null)" -- "$cur"))
        elif [[ $operands == volumes || $operands == networks ]]; then
          COMPREPLY=($(compgen -W "$(jbuild "${operands%s}" ls --format '{{.Name}}' 2>/dev/null)" -- "$cur"))
        elif [[ $operands == files ]]; then
          compopt -o filenames 2>/dev/null
          COMPREPLY=($(compgen -f -- "$cur"))
        fi
      }
      complete -F _jbuild jbuild
      """;

  String zsh() {
    StringBuilder functions = new StringBuilder();
    for (Command command : line.all()) {
      functions.append("    '").append(command.name()).append("')\n      _arguments -s -S \\\n");
      for (Option option : command.options()) {
        functions.append("        ").append(zshOption(option)).append(" \\\n");
      }
      functions.append("        '*:").append(zshOperand(command)).append("' ;;\n");
    }
    StringBuilder groups = new StringBuilder();
    for (Group group : line.groups()) {
      groups.append("    ").append(group.name()).append(") _jbuild_verbs ");
      group
          .commands()
          .forEach(c -> groups.append(quoted(c.lastWord() + ":" + c.summary())).append(' '));
      groups.append(";;\n");
    }
    StringBuilder verbs = new StringBuilder();
    line.commands()
        .forEach(
            c -> verbs.append("    ").append(quoted(c.name() + ":" + c.summary())).append('\n'));
    line.groups()
        .forEach(g ->
            verbs
                .append("    ")
                .append(quoted(g.name() + ":" + "more commands on it"))
                .append('\n'));
    return ZSH.replace("@GROUPS@", groups)
        .replace(
            "@GROUP_NAMES@",
            line.groups().stream().map(Group::name).collect(Collectors.joining("|")))
        .replace("@VERBS@", verbs)
        .replace("@FUNCTIONS@", functions);
  }

  private static final String ZSH =
      """
      #compdef jbuild
      # zsh completion for jbuild; made from the program's own options
      _jbuild_verbs() {
        local -a verbs
        verbs=("$@")
        _describe command verbs
      }
      _jbuild_images() {
        local -a images
        images=(${${(f)"$(_call_program images jbuild images --filter dangling=false --format '{{.Repository}}:{{.Tag}}')"}//:/\\\\:})
        _describe image images
      }
      _jbuild_containers() {
        local -a containers
        containers=(${(f)"$(_call_program containers jbuild ps -a --format '{{.Names}}')"})
        _describe container containers
      }
      _jbuild_named() {
        local -a names
        names=(${(f)"$(_call_program names jbuild $1 ls --format '{{.Name}}')"})
        _describe $1 names
      }
      _jbuild() {
        local -a verbs
        verbs=(
      @VERBS@  )
        if (( CURRENT == 2 )); then
          [[ $words[2] == -* ]] || _describe command verbs
          _files
          return
        fi
        local verb=$words[2]
        case $verb in
          @GROUP_NAMES@)
            if (( CURRENT > 3 )); then
              verb="$verb $words[3]"
              shift words
              (( CURRENT-- ))
            fi
            ;;
          -*|.|*/*) verb=build; words=(jbuild $words); (( CURRENT++ )) ;;
        esac
        shift words
        (( CURRENT-- ))
        case $verb in
      @GROUPS@@FUNCTIONS@  esac
      }
      _jbuild "$@"
      """;

  private static String zshOperand(Command command) {
    return switch (operand(command)) {
      case "images" -> "image:_jbuild_images";
      case "containers" -> "container:_jbuild_containers";
      case "volumes" -> "volume:_jbuild_named volume";
      case "networks" -> "network:_jbuild_named network";
      case "files" -> "path:_files";
      default -> " :()";
    };
  }

  private static String zshOption(Option option) {
    String text =
        "["
            + option
                .text()
                .replace("\\", "\\\\")
                .replace("[", "\\[")
                .replace("]", "\\]")
                .replace(":", "\\:")
            + "]";
    String value =
        option.isFlag()
            ? ""
            : ":"
                + option.value().replace(":", "\\:")
                + ":"
                + (option.takesFile() ? "_files" : " ");
    return option.names().stream()
        .map(name -> quoted((option.repeatable() ? "*" : "") + name + text + value))
        .collect(Collectors.joining(" "));
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }

  String fish() {
    StringBuilder fish = new StringBuilder(FISH);
    String first = "complete -c jbuild -n __fish_use_subcommand";
    line.commands()
        .forEach(c ->
            fish.append(first)
                .append(" -a ")
                .append(c.name())
                .append(" -d ")
                .append(fishText(c.summary()))
                .append('\n'));
    for (Group group : line.groups()) {
      fish.append(first).append(" -a ").append(group.name()).append(" -d 'more commands on it'\n");
      String members =
          group.commands().stream().map(Command::lastWord).collect(Collectors.joining(" "));
      for (Command command : group.commands()) {
        fish.append("complete -c jbuild -f -n '__fish_seen_subcommand_from ")
            .append(group.name())
            .append("; and not __fish_seen_subcommand_from ")
            .append(members)
            .append("' -a ")
            .append(command.lastWord())
            .append(" -d ")
            .append(fishText(command.summary()))
            .append('\n');
      }
    }
    CommandLine.GLOBAL.forEach(option -> fishOption(fish, first, option));
    for (Command command : line.all()) {
      String words = command.name().replace(" ", "; and __fish_seen_subcommand_from ");
      String seen = "complete -c jbuild -n '__fish_seen_subcommand_from " + words + "'";
      command.options().forEach(option -> fishOption(fish, seen, option));
      switch (operand(command)) {
        case "images" -> fish.append(seen).append(" -f -a '(__jbuild_images)'\n");
        case "containers" -> fish.append(seen).append(" -f -a '(__jbuild_containers)'\n");
        case "volumes" -> fish.append(seen).append(" -f -a '(__jbuild_named volume)'\n");
        case "networks" -> fish.append(seen).append(" -f -a '(__jbuild_named network)'\n");
        case "none" -> fish.append(seen).append(" -f\n");
        default -> {}
      }
    }
    return fish.toString();
  }

  private static final String FISH =
      """
      # fish completion for jbuild; made from the program's own options
      function __jbuild_images
        jbuild images --filter dangling=false --format '{{.Repository}}:{{.Tag}}' 2>/dev/null
      end
      function __jbuild_containers
        jbuild ps -a --format '{{.Names}}' 2>/dev/null
      end
      function __jbuild_named
        jbuild $argv[1] ls --format '{{.Name}}' 2>/dev/null
      end
      """;

  private static void fishOption(StringBuilder fish, String condition, Option option) {
    fish.append(condition);
    for (String name : option.names()) {
      fish.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    }
    if (!option.isFlag()) {
      fish.append(option.takesFile() ? " -r -F" : " -x");
    }
    fish.append(" -d ").append(fishText(option.text())).append('\n');
  }

  private static String fishText(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
