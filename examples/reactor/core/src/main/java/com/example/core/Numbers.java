package com.example.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;

/** Numbers as JSON. */
public final class Numbers {
  private Numbers() {}

  public static String upTo(int last) throws IOException {
    StringWriter out = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.writeStartArray();
      for (int i = 1; i <= last; i++) {
        json.writeNumber(i);
      }
      json.writeEndArray();
    }
    return out.toString();
  }
}
