package dev.jbuild.cli.format;

import dev.jbuild.oci.Json;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The functions of templates: Go's own and those docker adds (docker/cli, templates.go). */
final class TemplateFunctions {
  private TemplateFunctions() {}

  static Json call(String function, List<Json> a) {
    return switch (function) {
      case "json" -> new Json.Text(argument(function, a, 0).compact());
      case "len" -> number(length(argument(function, a, 0)));
      case "index" -> index(a);
      case "slice" -> slice(a);
      case "join" -> join(argument(function, a, 0), text(argument(function, a, 1)));
      case "split" -> split(text(argument(function, a, 0)), text(argument(function, a, 1)));
      case "lower" -> new Json.Text(text(argument(function, a, 0)).toLowerCase(Locale.ROOT));
      case "upper" -> new Json.Text(text(argument(function, a, 0)).toUpperCase(Locale.ROOT));
      case "title" -> new Json.Text(title(text(argument(function, a, 0))));
      case "pad" ->
          new Json.Text(
              " ".repeat(integer(argument(function, a, 1)))
                  + text(argument(function, a, 0))
                  + " ".repeat(integer(argument(function, a, 2))));
      case "truncate" -> {
        String text = text(argument(function, a, 0));
        yield new Json.Text(
            text.substring(0, Math.min(text.length(), integer(argument(function, a, 1)))));
      }
      case "print" -> new Json.Text(joined(a, ""));
      case "println" -> new Json.Text(joined(a, " ") + "\n");
      case "printf" -> new Json.Text(printf(a));
      case "eq" -> new Json.Bool(equalsAny(a));
      case "ne" -> new Json.Bool(!equal(argument(function, a, 0), argument(function, a, 1)));
      case "lt" -> new Json.Bool(compare(function, a) < 0);
      case "le" -> new Json.Bool(compare(function, a) <= 0);
      case "gt" -> new Json.Bool(compare(function, a) > 0);
      case "ge" -> new Json.Bool(compare(function, a) >= 0);
      case "not" -> new Json.Bool(!truth(argument(function, a, 0)));
      case "and" -> firstThat(false, function, a);
      case "or" -> firstThat(true, function, a);
      default -> throw new TemplateException("function \"" + function + "\" not defined");
    };
  }

  /** Go's notion of truth: not the zero value. */
  static boolean truth(Json value) {
    return switch (value) {
      case Json.Bool(var bool) -> bool;
      case Json.Num num -> num.value().signum() != 0;
      case Json.Text(var text) -> !text.isEmpty();
      case Json.Arr(var items) -> !items.isEmpty();
      case Json.Obj(var members) -> !members.isEmpty();
      case Json.Null() -> false;
    };
  }

  /** A value as Go's {@code %v} prints it. */
  static String text(Json value) {
    return switch (value) {
      case Json.Bool(var bool) -> Boolean.toString(bool);
      case Json.Num num -> num.value().stripTrailingZeros().toPlainString();
      case Json.Text(var text) -> text;
      case Json.Arr(var items) ->
          items.stream().map(TemplateFunctions::text).collect(Collectors.joining(" ", "[", "]"));
      case Json.Obj(var members) ->
          members.entrySet().stream()
              .sorted(java.util.Map.Entry.comparingByKey())
              .map(e -> e.getKey() + ":" + text(e.getValue()))
              .collect(Collectors.joining(" ", "map[", "]"));
      case Json.Null() -> "<nil>";
    };
  }

  private static Json argument(String function, List<Json> arguments, int i) {
    if (i >= arguments.size()) {
      throw new TemplateException("wrong number of args for " + function);
    }
    return arguments.get(i);
  }

  private static int length(Json value) {
    return switch (value) {
      case Json.Text(var text) -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
      case Json.Arr(var items) -> items.size();
      case Json.Obj(var members) -> members.size();
      case Json.Null() -> 0;
      case Json.Num _, Json.Bool _ -> throw new TemplateException("len of a single value");
    };
  }

  private static Json index(List<Json> arguments) {
    Json value = argument("index", arguments, 0);
    for (Json key : arguments.subList(1, arguments.size())) {
      value =
          switch (value) {
            case Json.Obj(var members) -> {
              Json member = members.get(text(key));
              yield member == null ? new Json.Null() : member;
            }
            case Json.Arr(var items) -> {
              int i = integer(key);
              if (i < 0 || i >= items.size()) {
                throw new TemplateException("index out of range: " + i);
              }
              yield items.get(i);
            }
            case Json.Null() -> {
              if (key instanceof Json.Num) {
                throw new TemplateException("error calling index: index of untyped nil");
              }
              yield value;
            }
            case Json.Text _, Json.Num _, Json.Bool _ ->
                throw new TemplateException("can't index a single value");
          };
    }
    return value;
  }

  private static Json slice(List<Json> arguments) {
    Json value = argument("slice", arguments, 0);
    int from = arguments.size() > 1 ? integer(arguments.get(1)) : 0;
    int to = arguments.size() > 2 ? integer(arguments.get(2)) : length(value);
    if (from < 0 || to < from || to > length(value)) {
      throw new TemplateException("slice out of range: " + from + ":" + to);
    }
    return switch (value) {
      case Json.Text(var text) -> new Json.Text(text.substring(from, to));
      case Json.Arr(var items) -> new Json.Arr(items.subList(from, to));
      case Json.Null(), Json.Obj _, Json.Num _, Json.Bool _ ->
          throw new TemplateException("can't slice this value");
    };
  }

  private static Json join(Json list, String separator) {
    return switch (list) {
      case Json.Arr(var items) ->
          new Json.Text(
              items.stream().map(TemplateFunctions::text).collect(Collectors.joining(separator)));
      case Json.Null() -> new Json.Text("");
      case Json.Text _, Json.Obj _, Json.Num _, Json.Bool _ ->
          throw new TemplateException("join needs a list");
    };
  }

  private static Json split(String text, String separator) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = text.indexOf(separator); i >= 0 && !separator.isEmpty(); ) {
      parts.add(text.substring(from, i));
      from = i + separator.length();
      i = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return Json.texts(parts);
  }

  private static String title(String text) {
    return text.isEmpty() ? text : Character.toTitleCase(text.charAt(0)) + text.substring(1);
  }

  private static boolean equalsAny(List<Json> arguments) {
    Json first = argument("eq", arguments, 0);
    argument("eq", arguments, 1);
    for (Json other : arguments.subList(1, arguments.size())) {
      if (equal(first, other)) {
        return true;
      }
    }
    return false;
  }

  private static boolean equal(Json one, Json other) {
    return one instanceof Json.Num a && other instanceof Json.Num b
        ? a.value().compareTo(b.value()) == 0
        : one.equals(other);
  }

  private static int compare(String function, List<Json> arguments) {
    Json one = argument(function, arguments, 0);
    Json other = argument(function, arguments, 1);
    if (one instanceof Json.Num a && other instanceof Json.Num b) {
      return a.value().compareTo(b.value());
    }
    if (one instanceof Json.Text(var a) && other instanceof Json.Text(var b)) {
      return a.compareTo(b);
    }
    throw new TemplateException("incompatible types for comparison");
  }

  private static Json firstThat(boolean truth, String function, List<Json> arguments) {
    argument(function, arguments, 0);
    for (Json value : arguments) {
      if (truth(value) == truth) {
        return value;
      }
    }
    return arguments.getLast();
  }

  private static String joined(List<Json> values, String separator) {
    return values.stream().map(TemplateFunctions::text).collect(Collectors.joining(separator));
  }

  private static String printf(List<Json> arguments) {
    String format = text(argument("printf", arguments, 0));
    List<Object> values = new ArrayList<>();
    StringBuilder java = new StringBuilder();
    int next = 1;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      java.append(c);
      if (c != '%') {
        continue;
      }
      while (++i < format.length() && "0123456789.-+ #".indexOf(format.charAt(i)) >= 0) {
        java.append(format.charAt(i));
      }
      char verb = i < format.length() ? format.charAt(i) : '%';
      if (verb == '%') {
        java.append('%');
        continue;
      }
      Json value = argument("printf", arguments, next++);
      java.append(verb == 'q' || verb == 'v' || verb == 't' ? 's' : verb);
      values.add(formatted(verb, value));
    }
    try {
      return String.format(Locale.ROOT, java.toString(), values.toArray());
    } catch (java.util.IllegalFormatException _) {
      throw new TemplateException("bad format for printf: " + format);
    }
  }

  private static Object formatted(char verb, Json value) {
    return switch (value) {
      case Json.Num num when verb == 'f' -> num.value();
      case Json.Num num when verb == 'd' || verb == 'x' || verb == 'o' ->
          num.value().toBigInteger();
      case Json.Text text when verb == 'q' -> text.compact();
      default -> text(value);
    };
  }

  private static int integer(Json value) {
    if (value instanceof Json.Num num) {
      try {
        return num.value().intValueExact();
      } catch (ArithmeticException _) {
        throw new TemplateException("not a whole number: " + num.number());
      }
    }
    throw new TemplateException("not a number: " + text(value));
  }

  private static Json number(long value) {
    return new Json.Num(BigDecimal.valueOf(value));
  }
}
