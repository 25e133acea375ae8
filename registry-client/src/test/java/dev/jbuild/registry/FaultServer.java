package dev.jbuild.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that does what a test tells it, and remembers what it was asked. */
final class FaultServer implements AutoCloseable {
  /** A request as it arrived. */
  record Seen(String method, String path, String query, Map<String, String> headers) {
    String header(String name) {
      return headers.getOrDefault(name.toLowerCase(java.util.Locale.ROOT), "");
    }

    @Override
    public String toString() {
      return method + " " + path + (query.isEmpty() ? "" : "?" + query);
    }
  }

  /** What is done with one request; what is not answered is dropped. */
  interface Answer {
    void give(HttpExchange exchange) throws IOException;
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, List<Answer>> answers = new ConcurrentHashMap<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  private FaultServer(String address) throws IOException {
    server = HttpServer.create(new InetSocketAddress(address, 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  static FaultServer start() throws IOException {
    return new FaultServer("127.0.0.1");
  }

  /** On another address of this machine, which is another host to a client. */
  static FaultServer startElsewhere() throws IOException {
    return new FaultServer("127.0.0.2");
  }

  String host() {
    return server.getAddress().getHostString() + ":" + server.getAddress().getPort();
  }

  String url(String path) {
    return "http://" + host() + path;
  }

  /** Answers a method and path in turn; the last answer stays. */
  FaultServer on(String methodAndPath, Answer... inTurn) {
    answers.put(methodAndPath, new CopyOnWriteArrayList<>(Arrays.asList(inTurn)));
    return this;
  }

  List<Seen> seen() {
    return List.copyOf(seen);
  }

  List<Seen> seen(String method, String path) {
    return seen.stream().filter(s -> s.method().equals(method) && s.path().equals(path)).toList();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  static Answer status(int status, String... headers) {
    return exchange -> send(exchange, status, new byte[0], headers);
  }

  static Answer body(int status, String text, String... headers) {
    return exchange -> send(exchange, status, text.getBytes(StandardCharsets.UTF_8), headers);
  }

  static Answer bytes(byte[] bytes, String... headers) {
    return exchange -> send(exchange, 200, bytes, headers);
  }

  /** The bytes that a Range header asks for, or all. */
  static Answer ranged(byte[] bytes) {
    return exchange -> {
      String range = exchange.getRequestHeaders().getFirst("Range");
      if (range == null) {
        send(exchange, 200, bytes);
        return;
      }
      int from = Integer.parseInt(range.replaceAll("\\D", ""));
      byte[] rest = Arrays.copyOfRange(bytes, from, bytes.length);
      String said = "bytes " + from + "-" + (bytes.length - 1) + "/" + bytes.length;
      send(exchange, 206, rest, "Content-Range", said);
    };
  }

  /**
   * Says that all of the bytes come, sends some, and cuts the connection when they have been read:
   * the JDK's client forgets what it has received when it hears of the end before it is asked.
   */
  static Answer cut(byte[] bytes, int after) {
    return exchange -> {
      exchange.sendResponseHeaders(200, bytes.length);
      exchange.getResponseBody().write(bytes, 0, after);
      exchange.getResponseBody().flush();
      try {
        Thread.sleep(100);
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
    };
  }

  /** Cuts the connection without a word. */
  static Answer drop() {
    return _ -> {};
  }

  /** Sends the head of an answer, and then nothing. */
  static Answer stall(int length) {
    return exchange -> {
      exchange.sendResponseHeaders(200, length);
      exchange.getResponseBody().flush();
      pause();
    };
  }

  /** Says nothing at all. */
  static Answer silence() {
    return _ -> pause();
  }

  static Answer redirect(int status, String to) {
    return status(status, "Location", to);
  }

  static void send(HttpExchange exchange, int status, byte[] body, String... headers)
      throws IOException {
    exchange.getRequestBody().readAllBytes();
    for (int i = 0; i < headers.length; i += 2) {
      exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
    }
    boolean head = exchange.getRequestMethod().equals("HEAD");
    if (head && body.length > 0) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(body.length));
    }
    exchange.sendResponseHeaders(status, head || body.length == 0 ? -1 : body.length);
    if (!head && body.length > 0) {
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(20_000);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      Map<String, String> headers = new ConcurrentHashMap<>();
      exchange
          .getRequestHeaders()
          .forEach((k, v) -> headers.put(k.toLowerCase(java.util.Locale.ROOT), v.getFirst()));
      String query = exchange.getRequestURI().getRawQuery();
      String path = exchange.getRequestURI().getPath();
      String method = exchange.getRequestMethod();
      seen.add(new Seen(method, path, query == null ? "" : query, headers));
      List<Answer> turn = answers.get(method + " " + path);
      if (turn != null) {
        Answer answer = turn.size() > 1 ? turn.removeFirst() : turn.getFirst();
        answer.give(exchange);
      } else if (path.equals("/v2/")) {
        send(exchange, 200, "{}".getBytes(StandardCharsets.UTF_8));
      } else {
        send(
            exchange,
            404,
            "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}".getBytes(StandardCharsets.UTF_8));
      }
    }
  }
}
