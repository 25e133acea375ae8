package dev.jbuild.ssh;

import dev.jbuild.linux.Reason;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A socket that speaks the agent's protocol (draft-ietf-sshm-ssh-agent) until it is closed: it
 * lists identities and signs with them, and does nothing else that an agent may do. Clients in a
 * sandbox have other user ids than an agent would talk to.
 */
public final class AgentSocket implements AutoCloseable {
  private static final int FAILURE = 5;
  private static final int REQUEST_IDENTITIES = 11;
  private static final int IDENTITIES = 12;
  private static final int SIGN_REQUEST = 13;
  private static final int SIGN_RESPONSE = 14;
  private static final int LARGEST_MESSAGE = 256 << 10;

  private final ServerSocketChannel server;
  private final Optional<Path> agent;
  private final List<SshKey> keys;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private AgentSocket(ServerSocketChannel server, Optional<Path> agent, List<SshKey> keys) {
    this.server = server;
    this.agent = agent;
    this.keys = keys;
  }

  /**
   * Opens a socket.
   *
   * @param place where it is to be
   * @param sources the socket of another agent, or files with private keys
   * @throws SshException when a source cannot be used
   */
  public static AgentSocket open(Path place, List<Path> sources) throws IOException {
    Optional<Path> agent = Optional.empty();
    List<SshKey> keys = new ArrayList<>();
    for (Path source : sources) {
      if (!Files.exists(source)) {
        throw new SshException("there is no SSH agent and no key at " + source);
      }
      if (Files.readAttributes(source, BasicFileAttributes.class).isOther()) {
        agent = Optional.of(source);
      } else {
        keys.add(KeyFiles.read(source));
      }
    }
    if (agent.isPresent() && sources.size() > 1) {
      throw new SshException("the socket of an agent stands alone, without keys: " + agent.get());
    }
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      server.bind(UnixDomainSocketAddress.of(place));
    } catch (IOException | RuntimeException e) {
      server.close();
      throw new SshException("cannot listen at " + place + ": " + Reason.of(e));
    }
    AgentSocket socket = new AgentSocket(server, agent, keys);
    Thread.ofVirtual().name("ssh agent").start(socket::accept);
    return socket;
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel client = server.accept();
        clients.add(client);
        Thread.ofVirtual().name("ssh client").start(() -> serve(client));
      } catch (IOException _) {
        return; // closed
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      InputStream in = Channels.newInputStream(client);
      OutputStream out = Channels.newOutputStream(client);
      if (agent.isPresent()) {
        try (SocketChannel real = SocketChannel.open(UnixDomainSocketAddress.of(agent.get()))) {
          InputStream answers = Channels.newInputStream(real);
          OutputStream requests = Channels.newOutputStream(real);
          while (true) {
            byte[] request = message(in);
            if (isAllowed(request)) {
              send(requests, request);
              send(out, message(answers));
            } else {
              send(out, new byte[] {FAILURE});
            }
          }
        }
      }
      while (true) {
        send(out, answer(message(in)));
      }
    } catch (IOException _) {
      // the client went, or the agent did: it shows on the other side
    } finally {
      clients.remove(client);
    }
  }

  private static boolean isAllowed(byte[] request) {
    return request.length > 0 && (request[0] == REQUEST_IDENTITIES || request[0] == SIGN_REQUEST);
  }

  private static byte[] message(InputStream in) throws IOException {
    byte[] header = in.readNBytes(4);
    if (header.length < 4) {
      throw new EOFException();
    }
    int length = ByteBuffer.wrap(header).getInt();
    if (length < 0 || length > LARGEST_MESSAGE) {
      throw new IOException("a message of " + length + " bytes");
    }
    byte[] message = in.readNBytes(length);
    if (message.length < length) {
      throw new EOFException();
    }
    return message;
  }

  private static void send(OutputStream out, byte[] message) throws IOException {
    out.write(ByteBuffer.allocate(4 + message.length).putInt(message.length).put(message).array());
    out.flush();
  }

  private byte[] answer(byte[] request) {
    if (isAllowed(request)) {
      try {
        ByteBuffer in = ByteBuffer.wrap(request);
        return in.get() == REQUEST_IDENTITIES ? identities() : sign(in);
      } catch (GeneralSecurityException | BufferUnderflowException _) {
        // said below
      }
    }
    return new byte[] {FAILURE};
  }

  private byte[] identities() {
    Wire.Out out = new Wire.Out().octet(IDENTITIES).uint32(keys.size());
    for (SshKey key : keys) {
      out.bytes(key.blob()).text(key.comment());
    }
    return out.done();
  }

  private byte[] sign(ByteBuffer in) throws GeneralSecurityException {
    byte[] blob = Wire.bytes(in);
    byte[] data = Wire.bytes(in);
    int flags = in.getInt();
    for (SshKey key : keys) {
      if (Arrays.equals(key.blob(), blob)) {
        return new Wire.Out().octet(SIGN_RESPONSE).bytes(key.sign(data, flags)).done();
      }
    }
    return new byte[] {FAILURE};
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (SocketChannel client : clients) {
      client.close();
    }
  }
}
