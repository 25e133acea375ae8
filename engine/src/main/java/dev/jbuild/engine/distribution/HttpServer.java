package dev.jbuild.engine.distribution;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/**
 * Serves HTTP/1.1, a virtual thread per connection.
 *
 * <p>The JDK's own server is deaf to a client that says hello in TLS: it waits for the end of a
 * line, and the client for an answer. Tools that may speak plain HTTP try HTTPS first, each time,
 * and need the answer at once.
 */
final class HttpServer implements AutoCloseable {
  private static final int HANDSHAKE = 0x16;
  private static final int BACKLOG = 128;
  private static final Duration IDLE = Duration.ofMinutes(2);
  private static final Duration STALLED = Duration.ofMinutes(5);
  private static final Duration LINGER = Duration.ofSeconds(2);

  /** What is read of a content that nobody wanted, so that the client comes to read the answer. */
  private static final int DRAINED = 1 << 20;

  private final ServerSocket socket;
  private final Optional<SSLContext> tls;
  private final Consumer<HttpExchange> handler;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

  private HttpServer(
      ServerSocket socket, Optional<SSLContext> tls, Consumer<HttpExchange> handler) {
    this.socket = socket;
    this.tls = tls;
    this.handler = handler;
  }

  /**
   * Begins to listen.
   *
   * @param handler answers a request, and does not throw
   */
  static HttpServer start(
      InetSocketAddress address, Optional<SSLContext> tls, Consumer<HttpExchange> handler)
      throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(address, BACKLOG);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
    HttpServer server = new HttpServer(socket, tls, handler);
    Thread.ofPlatform().name("registry").daemon().start(server::accept);
    return server;
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket connection = socket.accept();
        connections.add(connection);
        if (socket.isClosed()) {
          end(connection); // it came while the server was being closed
          return;
        }
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (SocketException e) {
        // Closed; or too many files are open, which passes.
        pause();
      } catch (IOException _) {
        pause();
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(50);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(Socket plain) {
    try (plain) {
      plain.setTcpNoDelay(true);
      plain.setSoTimeout((int) IDLE.toMillis());
      BufferedInputStream in = new BufferedInputStream(plain.getInputStream(), 1 << 16);
      in.mark(1);
      int first = in.read();
      in.reset();
      if (first < 0) {
        return;
      }
      if ((first == HANDSHAKE) != tls.isPresent()) {
        mistaken(plain, in);
      } else if (tls.isPresent()) {
        try (SSLSocket secure = secure(tls.get(), plain, in)) {
          InputStream clear = new BufferedInputStream(secure.getInputStream(), 1 << 14);
          requests(new HttpConnection(secure, clear, secure.getOutputStream()));
        }
      } else {
        requests(new HttpConnection(plain, in, plain.getOutputStream()));
      }
    } catch (IOException _) {
      // the client has gone
    } finally {
      connections.remove(plain);
    }
  }

  private static SSLSocket secure(SSLContext tls, Socket plain, InputStream consumed)
      throws IOException {
    // The layered socket of a server reads first what has been looked at.
    SSLSocket secure =
        (SSLSocket)
            tls.getSocketFactory()
                .createSocket(
                    plain,
                    new java.io.ByteArrayInputStream(consumed.readNBytes(consumed.available())),
                    true);
    secure.setUseClientMode(false);
    return secure;
  }

  /**
   * HTTPS where HTTP is spoken, or the other way: the answer is what other clients make theirs of.
   */
  private void mistaken(Socket plain, InputStream in) throws IOException {
    String text =
        tls.isPresent()
            ? "Client sent an HTTP request to an HTTPS server.\n"
            : "Client sent an HTTPS request to an HTTP server.\n";
    OutputStream out = plain.getOutputStream();
    out.write(
        ("HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: "
                + text.length()
                + "\r\nConnection: close\r\n\r\n"
                + text)
            .getBytes(StandardCharsets.US_ASCII));
    hangUp(plain, in);
  }

  private void requests(HttpConnection connection) throws IOException {
    boolean kept = true;
    while (kept) {
      connection.socket().setSoTimeout((int) IDLE.toMillis());
      HttpExchange exchange;
      try {
        Optional<HttpHead> head = HttpHead.read(connection.in());
        if (head.isEmpty()) {
          return;
        }
        exchange = new HttpExchange(connection, head.get());
      } catch (Refusal e) {
        HttpExchange.refuse(connection, e);
        hangUp(connection.socket(), connection.in());
        return;
      }
      connection.socket().setSoTimeout((int) STALLED.toMillis());
      handler.accept(exchange);
      kept = exchange.end(DRAINED);
    }
    hangUp(connection.socket(), connection.in());
  }

  /** Ends a connection so that the client can read the answer although it is still sending. */
  private static void hangUp(Socket socket, InputStream in) throws IOException {
    socket.setSoTimeout((int) LINGER.toMillis());
    socket.shutdownOutput();
    byte[] buffer = new byte[1 << 16];
    long end = System.nanoTime() + LINGER.toNanos();
    while (in.read(buffer) >= 0 && System.nanoTime() < end) {
      // whatever it is, nobody wants it
    }
  }

  @Override
  public void close() {
    end(socket);
    connections.forEach(HttpServer::end);
  }

  private static void end(java.io.Closeable socket) {
    try {
      socket.close();
    } catch (IOException _) {
      // it is not used any more, which is what was wanted
    }
  }
}
