package dev.jbuild.oci;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * A JSON value. Objects keep the order of their members, so that what is printed is reproducible.
 *
 * <p>Streams through jackson-core where {@link PlainJson} does not do; no data binding, which would
 * cost a short command half its time.
 */
public sealed interface Json {
  /** Members in order. */
  record Obj(SequencedMap<String, Json> members) implements Json {
    /** The member, or empty where it is missing or null. */
    public Optional<Json> get(String name) {
      Json value = members.get(name);
      return value == null || value instanceof Null ? Optional.empty() : Optional.of(value);
    }

    /** A text member; empty where it is missing, null or no text. */
    public Optional<String> text(String name) {
      return get(name).flatMap(v -> v instanceof Text(var s) ? Optional.of(s) : Optional.empty());
    }

    /** A number member, in full {@code long} range. */
    public Optional<Long> number(String name) {
      return get(name)
          .flatMap(v -> v instanceof Num(var n) ? Optional.of(n.longValue()) : Optional.empty());
    }

    /** A boolean member; false where it is missing. */
    public boolean flag(String name) {
      return get(name).map(v -> v instanceof Bool(var b) && b).orElse(false);
    }

    /** An object member; an empty one where it is missing. */
    public Obj object(String name) {
      return get(name)
          .flatMap(v -> v instanceof Obj o ? Optional.of(o) : Optional.empty())
          .orElseGet(Json::obj);
    }

    /** The elements of an array member; none where it is missing. */
    public List<Json> array(String name) {
      return get(name)
          .map(v -> v instanceof Arr(var items) ? items : List.<Json>of())
          .orElse(List.of());
    }

    /** The texts of an array member; elements of other types are left out. */
    public List<String> texts(String name) {
      return array(name).stream()
          .flatMap(v -> v instanceof Text(var s) ? java.util.stream.Stream.of(s) : null)
          .toList();
    }

    /** The objects of an array member; elements of other types are left out. */
    public List<Obj> objects(String name) {
      return array(name).stream()
          .flatMap(v -> v instanceof Obj o ? java.util.stream.Stream.of(o) : null)
          .toList();
    }

    /** The text members of an object member, in order. */
    public SequencedMap<String, String> textMap(String name) {
      SequencedMap<String, String> map = new LinkedHashMap<>();
      object(name)
          .members
          .forEach((key, value) -> {
            if (value instanceof Text(var s)) {
              map.put(key, s);
            }
          });
      return map;
    }

    /** A copy with one member added or replaced. */
    public Obj with(String name, Json value) {
      SequencedMap<String, Json> copy = new LinkedHashMap<>(members);
      copy.put(name, value);
      return new Obj(copy);
    }

    /** A copy with a text member. */
    public Obj with(String name, String value) {
      return with(name, new Text(value));
    }

    /** A copy with a number member. */
    public Obj with(String name, long value) {
      return with(name, new Num(value));
    }

    /** A copy with a boolean member. */
    public Obj with(String name, boolean value) {
      return with(name, new Bool(value));
    }

    /** A copy with the member, when there is a value. */
    public Obj withOptional(String name, Optional<String> value) {
      return value.isPresent() ? with(name, value.get()) : this;
    }
  }

  /** Elements in order. */
  record Arr(List<Json> items) implements Json {
    public Arr {
      items = List.copyOf(items);
    }
  }

  /** A string. */
  record Text(String value) implements Json {}

  /**
   * A number.
   *
   * @param number a Long where that can hold it, else a BigDecimal
   */
  record Num(Number number) implements Json {
    public Num {
      if (!(number instanceof Long)) {
        BigDecimal decimal = new BigDecimal(number.toString());
        boolean whole = decimal.scale() == 0 && decimal.unscaledValue().bitLength() < Long.SIZE;
        number = whole ? (Number) decimal.longValue() : decimal;
      }
    }

    /** A number of any size. */
    public Num(BigDecimal number) {
      this((Number) number);
    }

    /** The number, whatever holds it. */
    public BigDecimal value() {
      return number instanceof BigDecimal decimal
          ? decimal
          : BigDecimal.valueOf(number.longValue());
    }
  }

  /** {@code true} or {@code false}. */
  record Bool(boolean value) implements Json {}

  /** {@code null}. */
  record Null() implements Json {}

  /** An object without members. */
  static Obj obj() {
    return new Obj(new LinkedHashMap<>());
  }

  /** An array of texts. */
  static Arr texts(Iterable<String> texts) {
    List<Json> items = new ArrayList<>();
    texts.forEach(t -> items.add(new Text(t)));
    return new Arr(items);
  }

  /** An object of text members. */
  static Obj textMap(Map<String, String> map) {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    map.forEach((key, value) -> members.put(key, new Text(value)));
    return new Obj(members);
  }

  /**
   * Reads one JSON value that fills the whole input.
   *
   * @throws JsonException when it is not JSON
   */
  static Json parse(byte[] bytes) {
    Json plain = PlainJson.read(bytes);
    return plain != null ? plain : parseAny(bytes);
  }

  private static Json parseAny(byte[] bytes) {
    try (JsonParser parser = Factory.JACKSON.createParser(bytes)) {
      parser.nextToken();
      Json value = read(parser);
      if (parser.nextToken() != null) {
        throw new JsonException("more than one JSON value");
      }
      return value;
    } catch (IOException e) {
      throw new JsonException("not JSON: " + firstLine(e));
    }
  }

  /** Reads one JSON object. */
  static Obj parseObject(byte[] bytes) {
    if (parse(bytes) instanceof Obj object) {
      return object;
    }
    throw new JsonException("not a JSON object");
  }

  /** Reads one JSON object. */
  static Obj parseObject(String text) {
    return parseObject(text.getBytes(StandardCharsets.UTF_8));
  }

  /** The compact form, in UTF-8. */
  default byte[] bytes() {
    return print(0);
  }

  /** The form with line breaks, indented by {@code indent} blanks, without an end of line. */
  default String pretty(int indent) {
    return new String(print(indent), StandardCharsets.UTF_8);
  }

  /** The compact form. */
  default String compact() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  private byte[] print(int indent) {
    byte[] plain = indent == 0 ? PlainJson.print(this) : null;
    return plain != null ? plain : printAny(indent);
  }

  private byte[] printAny(int indent) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      write(out, indent);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private void write(OutputStream out, int indent) throws IOException {
    try (JsonGenerator generator = Factory.JACKSON.createGenerator(out)) {
      if (indent > 0) {
        DefaultIndenter indenter = new DefaultIndenter(" ".repeat(indent), "\n");
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
        printer.indentObjectsWith(indenter);
        printer.indentArraysWith(indenter);
        generator.setPrettyPrinter(printer);
      }
      write(generator, this);
    }
  }

  /** By {@code instanceof}: a switch over types is spun at every start, for 10 ms. */
  private static void write(JsonGenerator out, Json value) throws IOException {
    if (value instanceof Obj object) {
      out.writeStartObject();
      for (var member : object.members().entrySet()) {
        out.writeFieldName(member.getKey());
        write(out, member.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof Arr array) {
      out.writeStartArray();
      for (Json item : array.items()) {
        write(out, item);
      }
      out.writeEndArray();
    } else if (value instanceof Text text) {
      out.writeString(text.value());
    } else if (value instanceof Num number) {
      out.writeNumber(number.value());
    } else if (value instanceof Bool bool) {
      out.writeBoolean(bool.value());
    } else {
      out.writeNull();
    }
  }

  private static Json read(JsonParser parser) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw new JsonException("no JSON value");
    }
    return switch (token) {
      case START_OBJECT -> readObject(parser);
      case START_ARRAY -> readArray(parser);
      case VALUE_STRING -> new Text(parser.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Num(parser.getDecimalValue());
      case VALUE_TRUE -> new Bool(true);
      case VALUE_FALSE -> new Bool(false);
      case VALUE_NULL -> new Null();
      default -> throw new JsonException("unexpected JSON token");
    };
  }

  private static Obj readObject(JsonParser parser) throws IOException {
    SequencedMap<String, Json> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      members.put(name, read(parser));
    }
    return new Obj(members);
  }

  private static Arr readArray(JsonParser parser) throws IOException {
    List<Json> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(read(parser));
    }
    return new Arr(items);
  }

  private static String firstLine(IOException failure) {
    String message = String.valueOf(failure.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** The factory of all parsers and generators, made when the first is needed. */
  final class Factory {
    // names are not interned, which start-up would pay for
    static final JsonFactory JACKSON =
        JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(200)
                    .maxStringLength(64 << 20)
                    .build())
            .build();

    private Factory() {}
  }
}
