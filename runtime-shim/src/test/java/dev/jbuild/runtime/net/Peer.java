package dev.jbuild.runtime.net;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A program for the inside of a network namespace, so that the tests need no other programs there.
 */
final class Peer {
  private static final int PATIENCE_MS = 5000;
  private static final int REFUSAL_MS = 1500;

  private Peer() {}

  @SuppressWarnings("SystemOut") // what it is for
  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case "serve" -> serve(Integer.parseInt(args[1]));
      case "ask" -> {
        for (int i = 1; i < args.length; i++) {
          System.out.println(ask(args[i]));
        }
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  /** On both protocols; says who asks. Ends with stdin. */
  @SuppressWarnings("SystemOut")
  private static void serve(int port) throws IOException {
    ServerSocket streams = new ServerSocket(port);
    DatagramSocket datagrams = new DatagramSocket(port);
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (true) {
              DatagramPacket packet = new DatagramPacket(new byte[512], 512);
              datagrams.receive(packet);
              datagrams.send(
                  new DatagramPacket(
                      packet.getData(), packet.getLength(), packet.getSocketAddress()));
            }
          } catch (IOException _) {
            // The end of the program.
          }
        });
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            while (true) {
              try (Socket client = streams.accept()) {
                client
                    .getOutputStream()
                    .write(client.getInetAddress().getHostAddress().getBytes(US_ASCII));
              }
            }
          } catch (IOException _) {
            // The end of the program.
          }
        });
    System.out.println("ready");
    while (System.in.read() >= 0) {
      // Until the test closes it.
    }
    System.exit(0);
  }

  /** {@code tcp:HOST:PORT}, {@code udp:HOST:PORT}, {@code name:NAME}, {@code stream:NAME}. */
  private static String ask(String what) {
    String[] words = what.split("[|]");
    try {
      return switch (words[0]) {
        case "tcp" -> tcp(words[1], Integer.parseInt(words[2]));
        case "udp" -> udp(words[1], Integer.parseInt(words[2]));
        case "name" -> answer(datagram(words[1], Integer.parseInt(words[2])));
        default -> answer(stream(words[1], Integer.parseInt(words[2])));
      };
    } catch (IOException e) {
      return "failed";
    }
  }

  private static String tcp(String host, int port) throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), REFUSAL_MS);
      socket.setSoTimeout(PATIENCE_MS);
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private static String udp(String host, int port) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(REFUSAL_MS);
      socket.connect(new InetSocketAddress(host, port));
      socket.send(new DatagramPacket("hello".getBytes(US_ASCII), 5));
      DatagramPacket packet = new DatagramPacket(new byte[512], 512);
      socket.receive(packet);
      return new String(packet.getData(), 0, packet.getLength(), US_ASCII);
    }
  }

  private static byte[] question(String name, int type) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    for (int word : new int[] {0x1234, 0x0100, 1, 0, 0, 0}) {
      out.writeShort(word);
    }
    for (String label : name.split("[.]")) {
      out.writeByte(label.length());
      out.write(label.getBytes(US_ASCII));
    }
    out.writeByte(0);
    out.writeShort(type);
    out.writeShort(1);
    return bytes.toByteArray();
  }

  private static byte[] datagram(String name, int type) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(PATIENCE_MS);
      socket.connect(new InetSocketAddress("127.0.0.11", 53));
      byte[] question = question(name, type);
      socket.send(new DatagramPacket(question, question.length));
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      socket.receive(packet);
      return Arrays.copyOf(packet.getData(), packet.getLength());
    }
  }

  private static byte[] stream(String name, int type) throws IOException {
    try (Socket socket = new Socket("127.0.0.11", 53)) {
      socket.setSoTimeout(PATIENCE_MS);
      byte[] question = question(name, type);
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeShort(question.length);
      out.write(question);
      java.io.DataInputStream in = new java.io.DataInputStream(socket.getInputStream());
      byte[] answer = new byte[in.readUnsignedShort()];
      in.readFully(answer);
      return answer;
    }
  }

  /** The code, and the addresses of an answer that has nothing but these. */
  private static String answer(byte[] message) throws IOException {
    List<String> found = new ArrayList<>();
    int count = message[7] & 0xff;
    for (int i = 0; i < count; i++) {
      int at = message.length - 16 * (count - i);
      found.add(
          InetAddress.getByAddress(Arrays.copyOfRange(message, at + 12, at + 16)).getHostAddress());
    }
    return (message[3] & 0x0f) + " " + String.join(" ", found);
  }
}
