package dev.jbuild.parser;

import dev.jbuild.grammar.InstructionLexer;
import dev.jbuild.grammar.InstructionParser;
import dev.jbuild.grammar.InstructionParser.ExecContext;
import dev.jbuild.grammar.InstructionParser.ShellContext;
import dev.jbuild.grammar.InstructionParserBaseVisitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.antlr.v4.runtime.CommonTokenStream;
import org.antlr.v4.runtime.Token;
import org.antlr.v4.runtime.atn.PredictionMode;
import org.jspecify.annotations.Nullable;

/** Cuts logical lines by the grammar. */
final class LineReader extends InstructionParserBaseVisitor<RawInstruction> {
  private static final String NOT_STRINGS =
      "when using JSON array syntax, arrays must be comprised of strings only";

  private final char escape;
  private final InstructionLexer lexer;
  private final CommonTokenStream tokens;
  private final InstructionParser parser;
  private LogicalLine line = new LogicalLine(new Span(1, 1), "", "", List.of());

  LineReader(char escape) {
    this.escape = escape;
    this.lexer = new InstructionLexer(new LineStream("", escape, true));
    lexer.removeErrorListeners();
    this.tokens = new CommonTokenStream(lexer);
    this.parser = new InstructionParser(tokens);
    parser.removeErrorListeners();
    parser.getInterpreter().setPredictionMode(PredictionMode.SLL);
  }

  RawInstruction read(LogicalLine next) {
    line = next;
    if (next.text().isEmpty()) {
      return raw("", List.of(), List.of(), false);
    }
    lexer.setInputStream(new LineStream(next.text(), escape, true));
    tokens.setTokenSource(lexer);
    parser.setTokenStream(tokens);
    return visit(parser.line());
  }

  private RawInstruction raw(String word, List<String> flags, List<String> args, boolean json) {
    return new RawInstruction(
        line, line.span(), word, flags, args, json, false, List.of(), Optional.empty());
  }

  private RawInstruction raw(Token word, List<String> flags, List<String> args) {
    return raw(word.getText(), flags, args, false);
  }

  @Override
  public RawInstruction visitShellOrExec(InstructionParser.ShellOrExecContext tree) {
    return command(tree.word.getText(), flags(tree.flags()), List.of(), tree.command());
  }

  @Override
  public RawInstruction visitHealthcheck(InstructionParser.HealthcheckContext tree) {
    List<String> type = tree.type == null ? List.of() : List.of(tree.type.getText());
    return command(tree.word.getText(), flags(tree.flags()), type, tree.command());
  }

  private RawInstruction command(
      String word,
      List<String> flags,
      List<String> before,
      InstructionParser.@Nullable CommandContext command) {
    List<String> args = new ArrayList<>(before);
    boolean json = false;
    // not a switch over types, which every start of the JVM makes anew (docs/adr/0010)
    if (command instanceof ExecContext exec) {
      args.addAll(JsonArray.strings(exec.JSON().getText()));
      json = true;
    } else if (command instanceof ShellContext shell) {
      String text = Blanks.trim(shell.TEXT().getText());
      refuseOtherArrays(text);
      if (!text.isEmpty()) {
        args.add(text);
      }
    } else if (command != null) {
      throw new AssertionError(command);
    }
    return raw(word, flags, args, json);
  }

  @Override
  public RawInstruction visitPaths(InstructionParser.PathsContext tree) {
    String word = tree.word.getText();
    if (tree.JSON() != null) {
      return raw(word, flags(tree.flags()), JsonArray.strings(tree.JSON().getText()), true);
    }
    if (!tree.words.isEmpty()) {
      refuseOtherArrays(line.text().substring(tree.words.getFirst().getStartIndex()));
    }
    return raw(tree.word, flags(tree.flags()), texts(tree.words));
  }

  /** An array of anything else is a mistake; what is no array at all is a text. */
  private void refuseOtherArrays(String text) {
    if (text.startsWith("[") && JsonArray.isArray(text)) {
      throw new DockerfileException(line.span(), NOT_STRINGS);
    }
  }

  @Override
  public RawInstruction visitWords(InstructionParser.WordsContext tree) {
    return raw(tree.word, flags(tree.flags()), texts(tree.words));
  }

  @Override
  public RawInstruction visitPairs(InstructionParser.PairsContext tree) {
    List<String> words = new ArrayList<>(tree.words.size());
    for (Token token : tree.words) {
      words.add(withoutLastEscape(token.getText()));
    }
    String word = tree.word.getText();
    boolean pairs = tree.word.getType() != InstructionParser.ARG;
    if (!pairs || words.isEmpty()) {
      return raw(word, flags(tree.flags()), words, false);
    }
    if (words.getFirst().indexOf('=') < 0) {
      String rest = line.text().substring(tree.words.getFirst().getStartIndex());
      return legacyPair(word, flags(tree.flags()), rest);
    }
    for (String pair : words) {
      if (pair.indexOf('=') < 0) {
        throw new DockerfileException(
            line.span(),
            "Syntax error - can't find = in "
                + GoText.quote(pair)
                + ". Must be of the form: name=value",
            Optional.of("a value with blanks needs quotes: name=\"a value\""));
      }
    }
    return raw(word, flags(tree.flags()), words, false);
  }

  /** {@code ENV name the rest}. */
  private RawInstruction legacyPair(String word, List<String> flags, String rest) {
    int end = 0;
    while (end < rest.length() && !Blanks.isAscii(rest.charAt(end))) {
      end++;
    }
    int value = end;
    while (value < rest.length() && Blanks.isAscii(rest.charAt(value))) {
      value++;
    }
    if (value == rest.length()) {
      throw new DockerfileException(
          line.span(),
          word.toUpperCase(Locale.ROOT) + " must have two arguments",
          Optional.of("write " + word + " " + rest.substring(0, end) + "=VALUE"));
    }
    String pair = rest.substring(0, end) + "=" + rest.substring(value);
    return new RawInstruction(
        line, line.span(), word, flags, List.of(pair), false, true, List.of(), Optional.empty());
  }

  /** An escape character that nothing follows is dropped. */
  private String withoutLastEscape(String word) {
    int last = word.length() - 1;
    if (last < 0 || word.charAt(last) != escape) {
      return word;
    }
    boolean protects = false;
    char quote = 0;
    for (int i = 0; i < last; i++) {
      char c = word.charAt(i);
      if (c == escape && quote != '\'') {
        i++;
        protects = i == last;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      }
    }
    return protects || quote == '\'' ? word : word.substring(0, last);
  }

  @Override
  public RawInstruction visitText(InstructionParser.TextContext tree) {
    String text = tree.TEXT() == null ? "" : Blanks.trim(tree.TEXT().getText());
    return raw(tree.word, flags(tree.flags()), text.isEmpty() ? List.of() : List.of(text));
  }

  @Override
  public RawInstruction visitUnknown(InstructionParser.UnknownContext tree) {
    // an argument that nobody reads, as in BuildKit's own tree
    return raw(tree.word, flags(tree.flags()), List.of(""));
  }

  @Override
  public RawInstruction visitOnbuild(InstructionParser.OnbuildContext tree) {
    LogicalLine outer = line;
    List<String> flags = flags(tree.flags());
    String word = tree.word.getText();
    String text = tree.trigger == null ? "" : Blanks.trim(tree.trigger.getText());
    if (text.isEmpty()) {
      return raw(word, flags, List.of(), false);
    }
    LogicalLine inner = new LogicalLine(outer.span(), text, text, List.of());
    RawInstruction trigger =
        isOnbuild(text) ? raw("ONBUILD", List.of(), List.of(), false) : read(inner);
    line = outer;
    return new RawInstruction(
        outer, outer.span(), word, flags, List.of(), false, false, List.of(), Optional.of(trigger));
  }

  /** One ONBUILD in another is refused, however many there are: no need to descend. */
  private static boolean isOnbuild(String text) {
    return text.regionMatches(true, 0, "ONBUILD", 0, 7)
        && (text.length() == 7 || Blanks.isAscii(text.charAt(7)));
  }

  private List<String> flags(InstructionParser.FlagsContext tree) {
    if (tree.list.isEmpty()) {
      return List.of();
    }
    List<String> flags = new ArrayList<>(tree.list.size());
    for (Token flag : tree.list) {
      flags.add(unquote(Blanks.trimStart(flag.getText())));
    }
    return flags;
  }

  /** Within a flag the escape character works in both kinds of quotes. */
  private String unquote(String flag) {
    StringBuilder out = new StringBuilder(flag.length());
    char quote = 0;
    for (int i = 0; i < flag.length(); i++) {
      char c = flag.charAt(i);
      if (c == escape) {
        if (++i < flag.length()) {
          out.append(flag.charAt(i));
        }
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
      } else if (c == quote) {
        quote = 0;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }

  private static List<String> texts(List<Token> words) {
    List<String> texts = new ArrayList<>(words.size());
    for (Token word : words) {
      texts.add(word.getText());
    }
    return texts;
  }
}
