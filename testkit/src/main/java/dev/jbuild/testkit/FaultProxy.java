package dev.jbuild.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * Stands before a registry and passes everything on, but for what it is told to spoil. What it was
 * asked is remembered.
 */
public final class FaultProxy implements AutoCloseable {
  private static final Set<String> HOP =
      Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade");

  private final URI upstream;
  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<Seen> seen = new CopyOnWriteArrayList<>();

  private record Rule(String method, Pattern path, Fault fault, AtomicInteger left) {}

  /**
   * A request as it came.
   *
   * @param path with the query
   */
  public record Seen(String method, String path, String range, String authorization) {}

  /** An answer on its way from the registry. */
  public record Answer(int status, HttpResponse<InputStream> response) {
    long length() {
      return response.headers().firstValueAsLong("Content-Length").orElse(-1);
    }
  }

  /** What happens to a request instead of being passed on. */
  @FunctionalInterface
  public interface Fault {
    /** Answers, or ends without an answer, which cuts the connection. */
    void answer(FaultProxy proxy, HttpExchange exchange) throws IOException;
  }

  private FaultProxy(URI upstream, String address) throws IOException {
    this.upstream = upstream;
    // Small answers must not wait for their acknowledgement.
    System.setProperty("sun.net.httpserver.nodelay", "true");
    server = HttpServer.create(new InetSocketAddress(address, 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::serve);
    server.start();
  }

  /** Before a registry, {@code http://host:port}. */
  public static FaultProxy before(String upstream) {
    return at("127.0.0.1", upstream);
  }

  /** On another loopback address, which is another host to a client. */
  public static FaultProxy at(String address, String upstream) {
    try {
      return new FaultProxy(URI.create(upstream), address);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public String host() {
    return server.getAddress().getHostString() + ":" + server.getAddress().getPort();
  }

  public String url() {
    return "http://" + host();
  }

  /**
   * Spoils the next requests of a kind; rules that were given first go first.
   *
   * @param path a regular expression that some part of the path fits
   */
  public FaultProxy spoil(int times, String method, String path, Fault fault) {
    rules.add(new Rule(method, Pattern.compile(path), fault, new AtomicInteger(times)));
    return this;
  }

  /** Spoils nothing from now on. */
  public void heal() {
    rules.clear();
  }

  public List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** What was asked of a kind, see {@link #spoil}. */
  public List<Seen> seen(String method, String path) {
    Pattern pattern = Pattern.compile(path);
    return seen.stream()
        .filter(s -> s.method().equals(method) && pattern.matcher(s.path()).find())
        .toList();
  }

  /** An answer without a body, but with headers. */
  public static Fault status(int status, String... headers) {
    return (_, exchange) -> {
      exchange.getRequestBody().readAllBytes();
      for (int i = 0; i < headers.length; i += 2) {
        exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
      }
      exchange.sendResponseHeaders(status, -1);
    };
  }

  /** Something that is not what was asked for. */
  public static Fault content(int status, String type, String text) {
    return (_, exchange) -> {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().add("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      exchange.getResponseBody().write(bytes);
    };
  }

  /** The connection is cut after so many bytes of the answer's body. */
  public static Fault cut(long after) {
    return (proxy, exchange) -> {
      Answer answer = proxy.ask(exchange);
      head(exchange, answer, answer.length());
      copy(answer.response().body(), exchange.getResponseBody(), after, 0);
      exchange.getResponseBody().flush();
    };
  }

  /** The connection is cut after so many bytes of the request's body, which the registry gets. */
  public static Fault cutRequest(long after) {
    return (proxy, exchange) -> {
      proxy.send(exchange, exchange.getRequestBody().readNBytes((int) after));
    };
  }

  /** The answer's body is shorter, and says so. */
  public static Fault truncate(long to) {
    return (proxy, exchange) -> {
      Answer answer = proxy.ask(exchange);
      head(exchange, answer, to);
      copy(answer.response().body(), exchange.getResponseBody(), to, 0);
    };
  }

  /** A byte in the middle of the answer's body is another. */
  public static Fault corrupt() {
    return (proxy, exchange) -> {
      Answer answer = proxy.ask(exchange);
      byte[] body = answer.response().body().readAllBytes();
      body[body.length / 2] ^= 1;
      head(exchange, answer, body.length);
      exchange.getResponseBody().write(body);
    };
  }

  /** A manifest that does not end. */
  public static Fault endless() {
    return (_, exchange) -> {
      exchange
          .getResponseHeaders()
          .add("Content-Type", "application/vnd.oci.image.manifest.v1+json");
      exchange.sendResponseHeaders(200, 0);
      byte[] spaces = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 1 << 16; i++) {
        exchange.getResponseBody().write(spaces);
      }
    };
  }

  /** So many bytes a second. */
  public static Fault slow(int bytesPerSecond) {
    return (proxy, exchange) -> {
      Answer answer = proxy.ask(exchange);
      head(exchange, answer, answer.length());
      copy(answer.response().body(), exchange.getResponseBody(), Long.MAX_VALUE, bytesPerSecond);
    };
  }

  /** To the same path elsewhere, {@code http://host:port}. */
  public static Fault redirect(String to) {
    return (_, exchange) -> {
      exchange.getResponseHeaders().add("Location", to + exchange.getRequestURI());
      exchange.sendResponseHeaders(307, -1);
    };
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      String path = exchange.getRequestURI().toString();
      seen.add(
          new Seen(method, path, header(exchange, "Range"), header(exchange, "Authorization")));
      for (Rule rule : rules) {
        if (rule.method.equals(method)
            && rule.path.matcher(path).find()
            && rule.left.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
          rule.fault.answer(this, exchange);
          return;
        }
      }
      Answer answer = ask(exchange);
      head(exchange, answer, answer.length());
      copy(answer.response().body(), exchange.getResponseBody(), Long.MAX_VALUE, 0);
    }
  }

  private static String header(HttpExchange exchange, String name) {
    String value = exchange.getRequestHeaders().getFirst(name);
    return value == null ? "" : value;
  }

  private Answer ask(HttpExchange exchange) throws IOException {
    return send(exchange, exchange.getRequestBody().readAllBytes());
  }

  private Answer send(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(upstream.resolve(exchange.getRequestURI().toString()));
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> {
          if (!HOP.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> request.header(name, value));
          }
        });
    request.method(exchange.getRequestMethod(), BodyPublishers.ofByteArray(body));
    try {
      HttpResponse<InputStream> response =
          client.send(request.build(), BodyHandlers.ofInputStream());
      return new Answer(response.statusCode(), response);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** The head of an answer; what it says of the registry's own address is said of this proxy. */
  private static void head(HttpExchange exchange, Answer answer, long length) throws IOException {
    String own = answer.response().uri().getAuthority();
    String here = header(exchange, "Host");
    answer
        .response()
        .headers()
        .map()
        .forEach((name, values) -> {
          if (!HOP.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(
                value -> exchange.getResponseHeaders().add(name, value.replace(own, here)));
          }
        });
    boolean none = exchange.getRequestMethod().equals("HEAD") || length == 0;
    if (exchange.getRequestMethod().equals("HEAD") && length >= 0) {
      exchange.getResponseHeaders().set("Content-Length", String.valueOf(length));
    }
    exchange.sendResponseHeaders(answer.status(), none ? -1 : Math.max(0, length));
  }

  private static void copy(InputStream in, OutputStream out, long most, int bytesPerSecond)
      throws IOException {
    byte[] buffer = new byte[bytesPerSecond == 0 ? 1 << 16 : Math.max(1, bytesPerSecond / 20)];
    long left = most;
    try (in) {
      while (left > 0) {
        int count = in.read(buffer, 0, (int) Math.min(left, buffer.length));
        if (count < 0) {
          return;
        }
        out.write(buffer, 0, count);
        left -= count;
        if (bytesPerSecond > 0) {
          out.flush();
          Thread.sleep(50);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }
}
