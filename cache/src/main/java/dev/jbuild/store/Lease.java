package dev.jbuild.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps what it pins, and all that was made since it began, from the collector. It lives as long as
 * the lock on its file, which the kernel drops when the process ends, however it ends.
 */
public final class Lease implements AutoCloseable {
  private final String id;
  private final Path file;
  private final FileChannel channel;

  private Lease(String id, Path file, FileChannel channel) {
    this.id = id;
    this.file = file;
    this.channel = channel;
  }

  static Lease open(Path root) {
    byte[] random = new byte[8];
    ThreadLocalRandom.current().nextBytes(random);
    String id = HexFormat.of().formatHex(random);
    Path file = root.resolve("leases").resolve(id);
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw new StoreException("cannot lock the new lease " + file);
      }
      return new Lease(id, file, channel);
    } catch (IOException e) {
      throw new StoreException("cannot begin a lease in the store " + root + ": " + e, e);
    }
  }

  /** The name of this lease; what it makes in {@code tmp} begins with it. */
  public String id() {
    return id;
  }

  /** Keeps a layer. */
  public synchronized void pin(String layerId) {
    try {
      channel.write(ByteBuffer.wrap((layerId + "\n").getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new StoreException("cannot write the lease " + file + ": " + e, e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(file);
      channel.close();
    } catch (IOException e) {
      throw new StoreException("cannot end the lease " + file + ": " + e, e);
    }
  }
}
