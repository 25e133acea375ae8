package dev.jbuild.dist;

import dev.jbuild.dist.CommandLine.Command;
import dev.jbuild.dist.CommandLine.Group;
import dev.jbuild.dist.CommandLine.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Completion in bash: verbs, options, their values, files, and what this machine has. */
final class BashCompletion {
  private final CommandLine line;

  BashCompletion(CommandLine line) {
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

  private static String choices(List<Option> options) {
    List<String> each = new ArrayList<>();
    for (Option option : options) {
      Words.choices(option)
          .ifPresent(words ->
              option.names().forEach(name -> each.add(name + "=" + words.replace(' ', ','))));
    }
    return String.join(" ", each);
  }

  String text() {
    StringBuilder cases = new StringBuilder();
    for (Command command : line.all()) {
      List<Option> options = command.options();
      cases
          .append("    '")
          .append(command.name())
          .append("') options='")
          .append(names(options))
          .append("' values='")
          .append(names(options.stream().filter(o -> !o.isFlag()).toList()))
          .append("' files='")
          .append(names(options.stream().filter(Option::takesFile).toList()))
          .append("' choices='")
          .append(choices(options))
          .append("' operands='")
          .append(String.join(" ", Words.operands(command)))
          .append("' program='")
          .append(Words.startsProgram(command) ? "yes" : "")
          .append("' ;;\n");
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
      _jbuild_offer() {
        local kind=$1 cur=$2 all=
        case $kind in
          files) compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;
          none) return ;;
          verbs) all='@WORDS@' ;;
          images | things) all=$(jbuild images --filter dangling=false --format '{{.Repository}}:{{.Tag}}' 2>/dev/null) ;;
          volumes | networks) all=$(jbuild "${kind%s}" ls --format '{{.Name}}' 2>/dev/null) ;;
        esac
        case $kind in
          containers | things) all="$all $(jbuild ps -a --format '{{.Names}}' 2>/dev/null)" ;;
          paths)
            compopt -o filenames -o nospace 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur"; compgen -S : -W "$(jbuild ps -a --format '{{.Names}}' 2>/dev/null)" -- "$cur")
            return ;;
        esac
        mapfile -t COMPREPLY < <(compgen -W "$all" -- "$cur")
      }
      _jbuild() {
        # bash cuts words at colons and equals signs too, which are inside ours
        local before=${COMP_LINE:0:COMP_POINT} w
        read -a w <<<"$before"
        [[ $before == *[[:blank:]] ]] && w+=('')
        local last=$((${#w[@]} - 1)) i=1 verb= option= count=0 each
        local cur=${w[last]} prev=${w[last - 1]}
        local words='@WORDS@' options='@GLOBALS@' values=--root files=--root choices= operands='files' program=
        for (( ; i < last; i++)); do
          case $verb:${w[i]} in
            :--root) ((i++)) ;;
            :-D|:--debug|:-v|:--version|:--help) ;;
            :-*|:.|:*/*) verb=build; ((i--)); break ;;
            :*) verb=${w[i]}; case $verb in @GROUPS@) ;; *) break ;; esac ;;
            *:-*) ;;
            *) verb="$verb ${w[i]}"; break ;;
          esac
        done
        [[ $verb ]] && words=
        case $verb in
      @CASES@  esac
        for ((i++; i < last; i++)); do
          if [[ ${w[i]} == -* ]]; then
            [[ ${w[i]} != *=* && " $values " == *" ${w[i]} "* ]] && ((i++))
          else
            ((count++))
          fi
        done
        [[ $cur == --*=* ]] && option=${cur%%=*} prev=${cur%%=*} cur=${cur#*=}
        COMPREPLY=()
        if [[ $program && $count -gt 0 ]]; then
          _jbuild_offer files "$cur"
        elif [[ " $files " == *" $prev "* ]]; then
          _jbuild_offer files "$cur"
        elif [[ " $values " == *" $prev "* ]]; then
          for each in $choices; do
            case $each in
              "$prev=@networks") _jbuild_offer networks "$cur" ;;
              "$prev="*) each=${each#*=}; mapfile -t COMPREPLY < <(compgen -W "${each//,/ }" -- "$cur") ;;
            esac
          done
        elif [[ $cur == -* ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
        elif [[ $words ]]; then
          mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
          [[ ! $verb && $cur == [./]* ]] && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -S / -- "$cur")
        else
          local kinds=($operands) kind=none
          if ((count < ${#kinds[@]})); then
            kind=${kinds[count]}
          elif [[ $operands == *+ ]]; then
            kind=${kinds[${#kinds[@]} - 1]}
          fi
          _jbuild_offer "${kind%+}" "$cur"
        fi
        # what bash takes for the word begins after the last colon
        local head=${cur%"${cur##*:}"}
        if [[ $head && $COMP_WORDBREAKS == *:* ]]; then
          for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=${COMPREPLY[i]#"$head"}; done
        fi
        [[ $option && $COMP_WORDBREAKS != *=* ]] && COMPREPLY=("${COMPREPLY[@]/#/$option=}")
        return 0
      }
      complete -F _jbuild jbuild
      """;
}
