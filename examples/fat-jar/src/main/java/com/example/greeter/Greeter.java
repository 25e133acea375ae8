package com.example.greeter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Greets whoever is named. */
public final class Greeter {
  private Greeter() {}

  public static void main(String[] names) throws IOException {
    try (JsonGenerator json = new JsonFactory().createGenerator(System.out)) {
      json.writeStartObject();
      json.writeStringField("hello", String.join(" ", names));
      json.writeStringField("version", System.getenv("APP_VERSION"));
      json.writeStringField("note", Files.readString(Path.of("/data/note")).strip());
      json.writeEndObject();
    }
  }
}
