package dev.jbuild.cli.format;

import dev.jbuild.cli.format.TemplateNode.Command;
import dev.jbuild.cli.format.TemplateNode.Operand;
import dev.jbuild.cli.format.TemplateNode.Pipeline;
import dev.jbuild.cli.format.TemplateNode.Source;
import dev.jbuild.oci.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the part of Go's template language that people use in {@code --format}. */
final class TemplateParser {
  private final String text;
  private int at;

  /** What ended a list of nodes: {@code end}, {@code else}, or the end of the text. */
  private String ending = "";

  private TemplateParser(String text) {
    this.text = text;
  }

  static List<TemplateNode> parse(String text) {
    TemplateParser parser = new TemplateParser(text);
    List<TemplateNode> nodes = parser.nodes();
    if (!parser.ending.isEmpty()) {
      throw new TemplateException("unexpected {{" + parser.ending + "}}");
    }
    return nodes;
  }

  private List<TemplateNode> nodes() {
    List<TemplateNode> nodes = new ArrayList<>();
    boolean trimLeft = at > 0 && text.startsWith("-}}", at - 3);
    while (true) {
      int open = text.indexOf("{{", at);
      String plain = open < 0 ? text.substring(at) : text.substring(at, open);
      plain = trimLeft ? plain.stripLeading() : plain;
      boolean trimRight = open >= 0 && text.startsWith("{{- ", open);
      plain = trimRight ? plain.stripTrailing() : plain;
      if (!plain.isEmpty()) {
        nodes.add(new TemplateNode.Plain(plain));
      }
      if (open < 0) {
        at = text.length();
        ending = "";
        return nodes;
      }
      at = open + (trimRight ? 3 : 2);
      Optional<TemplateNode> node = action();
      if (!ending.isEmpty()) {
        return nodes;
      }
      node.ifPresent(nodes::add);
      trimLeft = text.startsWith("-}}", at - 3);
    }
  }

  private Optional<TemplateNode> action() {
    blanks();
    ending = "";
    if (text.startsWith("/*", at)) {
      int end = text.indexOf("*/", at);
      if (end < 0) {
        throw new TemplateException("unclosed comment");
      }
      at = end + 2;
      close();
      return Optional.empty();
    }
    int start = at;
    String word = identifier();
    return switch (word) {
      case "if" -> Optional.of(condition());
      case "with" -> Optional.of(with());
      case "range" -> Optional.of(range());
      case "end" -> {
        close();
        ending = word;
        yield Optional.empty();
      }
      case "else" -> {
        ending = word; // its action is closed by who reads what follows
        yield Optional.empty();
      }
      default -> {
        at = start;
        yield Optional.of(assignmentOrPrint());
      }
    };
  }

  private TemplateNode condition() {
    Pipeline condition = closed(pipeline());
    Blocks blocks = blocks("if");
    return new TemplateNode.If(condition, blocks.body, blocks.otherwise);
  }

  private TemplateNode with() {
    Pipeline value = closed(pipeline());
    Blocks blocks = blocks("with");
    return new TemplateNode.With(value, blocks.body, blocks.otherwise);
  }

  private record Blocks(List<TemplateNode> body, List<TemplateNode> otherwise) {}

  private Blocks blocks(String kind) {
    List<TemplateNode> body = nodes();
    List<TemplateNode> otherwise = List.of();
    if (ending.equals("else")) {
      blanks();
      int start = at;
      if (identifier().equals("if")) {
        Pipeline condition = closed(pipeline());
        Blocks inner = blocks("if");
        ending = "";
        return new Blocks(
            body, List.of(new TemplateNode.If(condition, inner.body, inner.otherwise)));
      }
      at = start;
      close();
      otherwise = nodes();
    }
    if (!ending.equals("end")) {
      throw new TemplateException("{{" + kind + "}} without {{end}}");
    }
    ending = "";
    return new Blocks(body, otherwise);
  }

  private TemplateNode range() {
    blanks();
    int start = at;
    Optional<String> key = Optional.empty();
    Optional<String> element = Optional.empty();
    if (peek() == '$') {
      element = Optional.of(variable());
      blanks();
      if (peek() == ',') {
        at++;
        blanks();
        key = element;
        element = Optional.of(variable());
        blanks();
      }
      if (text.startsWith(":=", at)) {
        at += 2;
      } else {
        at = start; // the variable is what is ranged over
        key = Optional.empty();
        element = Optional.empty();
      }
    }
    Pipeline value = closed(pipeline());
    Blocks blocks = blocks("range");
    return new TemplateNode.Range(key, element, value, blocks.body, blocks.otherwise);
  }

  private TemplateNode assignmentOrPrint() {
    int start = at;
    if (peek() == '$') {
      String name = variable();
      blanks();
      if (text.startsWith(":=", at) || peek() == '=') {
        at += peek() == '=' ? 1 : 2;
        return new TemplateNode.Assign(name, closed(pipeline()));
      }
      at = start;
    }
    return new TemplateNode.Print(closed(pipeline()));
  }

  private Pipeline closed(Pipeline pipeline) {
    close();
    return pipeline;
  }

  private void close() {
    blanks();
    if (text.startsWith("-}}", at)) {
      at += 3;
    } else if (text.startsWith("}}", at)) {
      at += 2;
    } else if (at >= text.length()) {
      throw new TemplateException("unclosed action");
    } else {
      throw new TemplateException("unexpected \"" + text.charAt(at) + "\" in an action");
    }
  }

  private Pipeline pipeline() {
    List<Command> commands = new ArrayList<>();
    while (true) {
      commands.add(command());
      blanks();
      if (peek() != '|') {
        return new Pipeline(List.copyOf(commands));
      }
      at++;
    }
  }

  private Command command() {
    blanks();
    Optional<String> function = Optional.empty();
    int start = at;
    String word = identifier();
    if (!word.isEmpty() && !isLiteralWord(word) && peek() != '.') {
      function = Optional.of(word);
    } else {
      at = start;
    }
    List<Operand> arguments = new ArrayList<>();
    while (true) {
      blanks();
      char c = peek();
      if (c == 0 || c == '|' || c == ')' || c == '}' || text.startsWith("-}}", at)) {
        break;
      }
      arguments.add(operand());
    }
    Command command = new Command(function, List.copyOf(arguments));
    if (function.isEmpty() && arguments.size() != 1 && !command.isLabel()) {
      throw new TemplateException(
          arguments.isEmpty() ? "missing value in an action" : "can't give arguments to a value");
    }
    return command;
  }

  private Operand operand() {
    Source source = source();
    List<String> fields = new ArrayList<>();
    if (source instanceof Source.Dot && isIdentifierPart(peek())) {
      fields.add(identifier());
    }
    while (peek() == '.' && !(source instanceof Source.Dot && fields.isEmpty())) {
      at++;
      String field = identifier();
      if (field.isEmpty()) {
        throw new TemplateException("a field name is missing after \".\"");
      }
      fields.add(field);
    }
    return new Operand(source, List.copyOf(fields));
  }

  private Source source() {
    char c = peek();
    if (c == '.' && !Character.isDigit(at + 1 < text.length() ? text.charAt(at + 1) : ' ')) {
      at++;
      return new Source.Dot();
    }
    if (c == '$') {
      return new Source.Variable(variable());
    }
    if (c == '"') {
      return new Source.Literal(new Json.Text(quoted()));
    }
    if (c == '`') {
      int end = text.indexOf('`', at + 1);
      if (end < 0) {
        throw new TemplateException("unterminated raw quoted string");
      }
      String raw = text.substring(at + 1, end);
      at = end + 1;
      return new Source.Literal(new Json.Text(raw));
    }
    if (c == '(') {
      at++;
      Pipeline group = pipeline();
      blanks();
      if (peek() != ')') {
        throw new TemplateException("unclosed left parenthesis");
      }
      at++;
      return new Source.Group(group);
    }
    if (Character.isDigit(c) || c == '-' || c == '+' || c == '.') {
      return new Source.Literal(number());
    }
    String word = identifier();
    return switch (word) {
      case "" -> throw new TemplateException("unexpected \"" + c + "\" in an action");
      case "true" -> new Source.Literal(new Json.Bool(true));
      case "false" -> new Source.Literal(new Json.Bool(false));
      case "nil" -> new Source.Literal(new Json.Null());
      default -> new Source.Call(word);
    };
  }

  private Json number() {
    int start = at;
    at++;
    while (Character.isLetterOrDigit(peek()) || peek() == '.' || peek() == '_') {
      at++;
    }
    String digits = text.substring(start, at);
    try {
      return new Json.Num(new BigDecimal(digits));
    } catch (NumberFormatException _) {
      throw new TemplateException("bad number: " + digits);
    }
  }

  private String quoted() {
    StringBuilder value = new StringBuilder();
    at++;
    while (peek() != '"') {
      char c = peek();
      if (c == 0 || c == '\n') {
        throw new TemplateException("unterminated quoted string");
      }
      at++;
      value.append(c == '\\' ? escaped() : c);
    }
    at++;
    return value.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      default -> c;
    };
  }

  private String variable() {
    int start = at++;
    while (isIdentifierPart(peek())) {
      at++;
    }
    return text.substring(start, at);
  }

  private String identifier() {
    int start = at;
    while (isIdentifierPart(peek())) {
      at++;
    }
    if (at > start && Character.isDigit(text.charAt(start))) {
      at = start;
    }
    return text.substring(start, at);
  }

  private void blanks() {
    while (Character.isWhitespace(peek())) {
      at++;
    }
  }

  private char peek() {
    return at < text.length() ? text.charAt(at) : 0;
  }

  private static boolean isIdentifierPart(char c) {
    return Character.isLetterOrDigit(c) || c == '_';
  }

  private static boolean isLiteralWord(String word) {
    return word.equals("true") || word.equals("false") || word.equals("nil");
  }
}
