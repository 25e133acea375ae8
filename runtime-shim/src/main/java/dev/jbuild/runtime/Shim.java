package dev.jbuild.runtime;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One long-lived shim process that runs sandboxes, many at a time. When this process dies, in
 * whatever way, the shim ends all of them; nothing stays mounted.
 *
 * <p>Frames go both ways, as told in src/main/c/serve.c.
 */
public final class Shim implements AutoCloseable {
  private static final int HEADER = 9;
  private static final int LARGEST_ANSWER = 1 << 20;
  private static final int SIGKILL = 9;

  private final Process process;
  private final OutputStream requests;
  private final Thread reader;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, Sandboxed> running = new ConcurrentHashMap<>();
  private volatile @Nullable String lost;

  private Shim(Process process) {
    this.process = process;
    this.requests = process.getOutputStream();
    this.reader = Thread.ofPlatform().name("shim").daemon().unstarted(this::read);
  }

  /** A sandbox that has been started. */
  public interface Running {
    /** Waits for the end; all output has been delivered by then. */
    ExitStatus await() throws InterruptedException;

    /** Ends every process of the sandbox. */
    void kill();
  }

  /** Starts the shim. */
  public static Shim start(Path binary, Starter starter) {
    try {
      Shim shim = new Shim(starter.start(List.of(binary.toString(), "serve")));
      shim.reader.start();
      return shim;
    } catch (IOException e) {
      throw new ShimException("cannot start the shim " + binary, e);
    }
  }

  /** Starts a sandbox and returns at once. */
  public Running run(Sandbox sandbox, OutputSink out) {
    return run(Plan.of(sandbox), out);
  }

  Running run(byte[] plan, OutputSink out) {
    int id = lastId.incrementAndGet();
    Sandboxed sandboxed = new Sandboxed(id, out);
    running.put(id, sandboxed);
    send((byte) 'R', id, plan);
    if (lost != null) {
      sandboxed.end(lostStatus());
    }
    return sandboxed;
  }

  /** Ends all sandboxes, and the shim. */
  @Override
  public void close() {
    try {
      requests.close();
    } catch (IOException _) {
      // It has gone already.
    }
    boolean interrupted = false;
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      reader.join(10_000);
    } catch (InterruptedException _) {
      process.destroyForcibly();
      interrupted = true;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void send(byte type, int id, byte[] payload) {
    byte[] frame = new byte[HEADER + payload.length];
    put(frame, 0, frame.length - 4);
    frame[4] = type;
    put(frame, 5, id);
    System.arraycopy(payload, 0, frame, HEADER, payload.length);
    synchronized (requests) {
      try {
        requests.write(frame);
        requests.flush();
      } catch (IOException e) {
        lose("the shim has ended: " + e.getMessage());
      }
    }
  }

  private void read() {
    try (InputStream in = process.getInputStream()) {
      byte[] header = new byte[HEADER];
      byte[] payload = new byte[1 << 16];
      while (in.readNBytes(header, 0, HEADER) == HEADER) {
        int size = get(header, 0) + 4 - HEADER;
        if (size < 0 || size > LARGEST_ANSWER) {
          throw new IOException("a frame of " + size + " bytes");
        }
        if (size > payload.length) {
          payload = new byte[size];
        }
        if (in.readNBytes(payload, 0, size) < size) {
          throw new EOFException();
        }
        take((char) header[4], get(header, 5), payload, size);
      }
      lose("the shim has ended");
    } catch (IOException e) {
      lose("the shim has ended: " + e.getMessage());
    }
  }

  private void take(char type, int id, byte[] payload, int size) throws IOException {
    Sandboxed sandboxed = running.get(id);
    if (sandboxed == null) {
      return;
    }
    switch (type) {
      case '1', '2' -> sandboxed.print(type == '2', payload, size);
      case 'X' -> sandboxed.end(new ExitStatus.Exited(get(payload, 0)));
      case 'K' -> sandboxed.end(new ExitStatus.Killed(get(payload, 0)));
      case 'F' -> sandboxed.end(failed(payload, size));
      default -> throw new IOException("a frame of type " + type);
    }
  }

  private static ExitStatus failed(byte[] payload, int size) {
    String text = new String(payload, 1, size - 1, StandardCharsets.UTF_8);
    int colon = text.indexOf(": ");
    if (colon < 0) {
      return new ExitStatus.Failed("shim", text, payload[0]);
    }
    return new ExitStatus.Failed(text.substring(0, colon), text.substring(colon + 2), payload[0]);
  }

  private void lose(String why) {
    lost = why;
    running.values().forEach(sandboxed -> sandboxed.end(lostStatus()));
  }

  private static ExitStatus lostStatus() {
    return new ExitStatus.Failed("shim", "it ended before the command did", 125);
  }

  private static void put(byte[] bytes, int at, int value) {
    for (int i = 0; i < 4; i++) {
      bytes[at + i] = (byte) (value >>> (8 * i));
    }
  }

  private static int get(byte[] bytes, int at) {
    return (bytes[at] & 0xff)
        | (bytes[at + 1] & 0xff) << 8
        | (bytes[at + 2] & 0xff) << 16
        | bytes[at + 3] << 24;
  }

  private final class Sandboxed implements Running {
    private final int id;
    private final OutputSink out;
    private final CountDownLatch ended = new CountDownLatch(1);
    private @Nullable ExitStatus status;
    private @Nullable RuntimeException broken;

    Sandboxed(int id, OutputSink out) {
      this.id = id;
      this.out = out;
    }

    void print(boolean stderr, byte[] bytes, int size) {
      if (broken != null) {
        return;
      }
      try {
        out.write(stderr, bytes, 0, size);
      } catch (RuntimeException e) {
        // The reader serves all sandboxes: the one that waits for this one gets it instead.
        broken = e;
        // Not from here: the shim may wait for us to read before it takes a request.
        Thread.startVirtualThread(this::kill);
      }
    }

    void end(ExitStatus value) {
      if (running.remove(id) != null) {
        status = value;
        ended.countDown();
      }
    }

    @Override
    public ExitStatus await() throws InterruptedException {
      ended.await();
      if (broken != null) {
        throw broken;
      }
      if (status == null) {
        throw new IllegalStateException("ended without a status");
      }
      return status;
    }

    @Override
    public void kill() {
      if (running.containsKey(id)) {
        byte[] signal = new byte[4];
        put(signal, 0, SIGKILL);
        send((byte) 'S', id, signal);
      }
    }
  }
}
