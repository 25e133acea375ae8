package dev.jbuild.cli.format;

import dev.jbuild.oci.Json;
import java.util.ArrayList;
import java.util.List;

/** Rows of fields that {@code --format} can choose from, with a heading for each field. */
public final class Listing {
  private final List<Field> fields = new ArrayList<>();
  private final List<Json.Obj> rows = new ArrayList<>();

  /** A field that templates can name, and its heading. */
  private record Field(String name, String heading, boolean shown) {}

  /** Adds a column of the usual table. */
  public Listing column(String name, String heading) {
    fields.add(new Field(name, heading, true));
    return this;
  }

  /** Adds a field that only templates show. */
  public Listing field(String name, String heading) {
    fields.add(new Field(name, heading, false));
    return this;
  }

  /** Adds a row; a field that it lacks is empty. */
  public Listing row(Json.Obj row) {
    Json.Obj whole = Json.obj();
    for (Field field : fields) {
      whole = whole.with(field.name, row.text(field.name).orElse(""));
    }
    rows.add(whole);
    return this;
  }

  /** Whether a format shows the columns alone: what only templates show need not be worked out. */
  public static boolean isUsual(String format) {
    return format.isEmpty() || format.equals("table");
  }

  /**
   * Prints the rows.
   *
   * @param format empty or {@code table} for the usual table, {@code table TEMPLATE} for one of
   *     chosen columns, {@code json} for an object a line, else a template for each row
   */
  public String print(String format) {
    if (isUsual(format)) {
      return usual();
    }
    if (format.equals("json")) {
      return each(Template.parse("{{json .}}"), List.of());
    }
    if (format.startsWith("table ") || format.startsWith("table\\t")) {
      String columns = format.substring("table".length()).stripLeading();
      String text = each(Template.parse(columns), List.of(headings()));
      Table table = new Table();
      text.lines().forEach(line -> table.row(List.of(line.split("\t", -1))));
      return table.toString();
    }
    return each(Template.parse(format), List.of());
  }

  private String usual() {
    Table table = new Table();
    table.row(fields.stream().filter(Field::shown).map(Field::heading).toList());
    for (Json.Obj row : rows) {
      table.row(
          fields.stream().filter(Field::shown).map(f -> row.text(f.name).orElse("")).toList());
    }
    return table.toString();
  }

  private String each(Template template, List<Json.Obj> first) {
    StringBuilder text = new StringBuilder();
    for (List<Json.Obj> part : List.of(first, rows)) {
      for (Json.Obj row : part) {
        text.append(template.render(row)).append('\n');
      }
    }
    return text.toString();
  }

  private Json.Obj headings() {
    Json.Obj headings = Json.obj();
    for (Field field : fields) {
      headings = headings.with(field.name, field.heading);
    }
    return headings;
  }
}
