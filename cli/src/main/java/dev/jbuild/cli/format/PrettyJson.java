package dev.jbuild.cli.format;

import dev.jbuild.oci.Json;
import java.util.Iterator;

/** JSON with line breaks, laid out as Go's encoder does, which people's scripts have seen. */
public final class PrettyJson {
  private static final String INDENT = "    ";

  private final StringBuilder out = new StringBuilder();

  private PrettyJson() {}

  /** The text, without an end of line. */
  public static String print(Json value) {
    PrettyJson printer = new PrettyJson();
    printer.print(value, "\n");
    return printer.out.toString();
  }

  private void print(Json value, String lineBreak) {
    switch (value) {
      case Json.Obj(var members) -> {
        Iterator<String> names = members.keySet().iterator();
        out.append('{');
        while (names.hasNext()) {
          String name = names.next();
          out.append(lineBreak).append(INDENT).append(new Json.Text(name).compact()).append(": ");
          Json member = members.get(name);
          print(member == null ? new Json.Null() : member, lineBreak + INDENT);
          out.append(names.hasNext() ? "," : lineBreak);
        }
        out.append('}');
      }
      case Json.Arr(var items) -> {
        Iterator<Json> elements = items.iterator();
        out.append('[');
        while (elements.hasNext()) {
          out.append(lineBreak).append(INDENT);
          print(elements.next(), lineBreak + INDENT);
          out.append(elements.hasNext() ? "," : lineBreak);
        }
        out.append(']');
      }
      case Json.Text _, Json.Num _, Json.Bool _, Json.Null _ -> out.append(value.compact());
    }
  }
}
