package com.example.service;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Answers every request with a greeting. */
public final class Service {
  private Service() {}

  public static void main(String[] arguments) throws IOException {
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
    server.createContext("/", Service::answer);
    server.start();
    System.out.println("listening on " + port);
  }

  private static void answer(HttpExchange exchange) throws IOException {
    byte[] body = json();
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static byte[] json() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (InputStream greeting = Service.class.getResourceAsStream("/greeting.txt");
        JsonGenerator json = new JsonFactory().createGenerator(out)) {
      String text = new String(greeting.readAllBytes(), StandardCharsets.UTF_8).strip();
      json.writeStartObject();
      json.writeStringField("greeting", text);
      json.writeEndObject();
    }
    return out.toByteArray();
  }
}
