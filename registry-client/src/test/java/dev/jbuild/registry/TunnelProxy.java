package dev.jbuild.registry;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A proxy that knows CONNECT, and whatever it is asked for connects to one port of loopback. */
final class TunnelProxy implements AutoCloseable {
  private final ServerSocket listener;
  private final int target;
  private final List<String> authorizations = new CopyOnWriteArrayList<>();

  private TunnelProxy(ServerSocket listener, int target) {
    this.listener = listener;
    this.target = target;
  }

  static TunnelProxy start(int target) throws IOException {
    TunnelProxy proxy =
        new TunnelProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), target);
    Thread.ofVirtual().start(proxy::accept);
    return proxy;
  }

  String url() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** The credentials of each request; empty where it had none. */
  List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException _) {
      // Closed: the end.
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target)) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      String head = readHead(in);
      authorizations.add(
          head.lines()
              .filter(l -> l.regionMatches(true, 0, "Proxy-Authorization: ", 0, 21))
              .map(l -> l.substring(21))
              .findFirst()
              .orElse(""));
      boolean connect = head.startsWith("CONNECT ");
      String answer = connect ? "200 OK" : "405 Method Not Allowed\r\nContent-Length: 0";
      client
          .getOutputStream()
          .write(("HTTP/1.1 " + answer + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      if (connect) {
        Thread up = Thread.ofVirtual().start(() -> copy(in, server));
        copy(server.getInputStream(), client);
        up.interrupt();
      }
    } catch (IOException _) {
      // One of both has gone.
    }
  }

  private static void copy(InputStream from, Socket to) {
    try {
      from.transferTo(to.getOutputStream());
      to.shutdownOutput();
    } catch (IOException _) {
      // One of both has gone.
    }
  }

  private static String readHead(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        throw new IOException("no request");
      }
      head.append((char) next);
    }
    return head.toString();
  }
}
