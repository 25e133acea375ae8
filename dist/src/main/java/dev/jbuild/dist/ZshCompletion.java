package dev.jbuild.dist;

import dev.jbuild.dist.CommandLine.Command;
import dev.jbuild.dist.CommandLine.Group;
import dev.jbuild.dist.CommandLine.Option;
import java.util.List;
import java.util.stream.Collectors;

/** Completion in zsh. */
final class ZshCompletion {
  private final CommandLine line;

  ZshCompletion(CommandLine line) {
    this.line = line;
  }

  String text() {
    StringBuilder functions = new StringBuilder();
    for (Command command : line.all()) {
      functions.append("    '").append(command.name()).append("')\n      _arguments -s -S");
      functions.append(Words.startsProgram(command) ? " -A '-*' \\\n" : " \\\n");
      for (Option option : command.options()) {
        functions.append("        ").append(option(option)).append(" \\\n");
      }
      functions.append("        ").append(operands(command)).append(" ;;\n");
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
    StringBuilder globals = new StringBuilder();
    CommandLine.GLOBAL.forEach(o -> globals.append("      ").append(option(o)).append(" \\\n"));
    return ZSH.replace("@GROUPS@", groups)
        .replace(
            "@GROUP_NAMES@",
            line.groups().stream().map(Group::name).collect(Collectors.joining("|")))
        .replace("@VERBS@", verbs)
        .replace("@GLOBALS@", globals)
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
      _jbuild_things() {
        _jbuild_images
        _jbuild_containers
      }
      _jbuild_paths() {
        local -a containers
        containers=(${(f)"$(_call_program containers jbuild ps -a --format '{{.Names}}')"})
        compset -P '*:' || compadd -S : -a containers
        _files
      }
      _jbuild_named() {
        local -a names
        names=(${(f)"$(_call_program names jbuild $1 ls --format '{{.Name}}')"})
        _describe $1 names
      }
      _jbuild_volumes() { _jbuild_named volume }
      _jbuild_networks() { _jbuild_named network }
      _jbuild() {
        local -a verbs
        verbs=(
      @VERBS@  )
        # what stands before the verb
        while (( CURRENT > 2 )); do
          case $words[2] in
            --root) (( CURRENT > 3 )) || break; words[2,3]=(); (( CURRENT -= 2 )) ;;
            -D|--debug|-v|--version|--help) words[2]=(); (( CURRENT-- )) ;;
            *) break ;;
          esac
        done
        if (( CURRENT == 2 )) || [[ $words[2] == --root ]]; then
          if [[ $words[CURRENT] == -* || $words[2] == --root ]]; then
            _arguments -s -S \\
      @GLOBALS@        ':command: '
          elif [[ $words[2] == [./]* ]]; then
            _files -/
          else
            _describe command verbs
          fi
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
      _jbuild_all_verbs() {
        local -a verbs
        verbs=(
      @VERBS@  )
        _describe command verbs
      }
      _jbuild "$@"
      """;

  private static String operands(Command command) {
    List<String> kinds = Words.operands(command);
    if (kinds.isEmpty()) {
      return "'*: :()'";
    }
    StringBuilder words = new StringBuilder();
    for (String kind : kinds) {
      String plain = kind.replace("+", "");
      words.append(kind.endsWith("+") ? "'*:" : "':").append(plain).append(':');
      words.append(
          switch (plain) {
            case "none" -> "()";
            case "files" -> "_files";
            case "verbs" -> "_jbuild_all_verbs";
            default -> "_jbuild_" + plain;
          });
      words.append("' ");
    }
    return words.toString().strip();
  }

  private static String option(Option option) {
    String text =
        "["
            + option
                .text()
                .replace("\\", "\\\\")
                .replace("[", "\\[")
                .replace("]", "\\]")
                .replace(":", "\\:")
            + "]";
    String value = option.isFlag() ? "" : ":" + option.value().replace(":", "\\:") + ":";
    String values =
        Words.choices(option)
            .map(words -> words.equals("@networks") ? "_jbuild_networks" : "(" + words + ")")
            .orElse(option.takesFile() ? "_files" : " ");
    return option.names().stream()
        .map(name ->
            quoted(
                (option.repeatable() ? "*" : "")
                    + name
                    + (option.isFlag() || !name.startsWith("--") ? "" : "=")
                    + text
                    + (option.isFlag() ? "" : value + values)))
        .collect(Collectors.joining(" "));
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
