package dev.jbuild.engine.container;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The lock that a supervisor holds as long as it lives; whoever removes a container takes it too.
 */
final class SupervisorLock implements AutoCloseable {
  private final FileChannel channel;

  private SupervisorLock(FileChannel channel) {
    this.channel = channel;
  }

  static boolean isHeld(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder.resolve("lock"), StandardOpenOption.READ)) {
      // Shared, so that those who only look are in nobody's way for long.
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, true);
      if (lock == null) {
        return true;
      }
      lock.release();
      return false;
    } catch (OverlappingFileLockException _) {
      return false;
    } catch (NoSuchFileException _) {
      return false;
    }
  }

  /** Takes it, unless somebody else has it. */
  static Optional<SupervisorLock> take(Path folder) throws IOException, InterruptedException {
    FileChannel channel =
        FileChannel.open(
            folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    // Somebody may just be looking.
    for (int tries = 0; tries < 20; tries++) {
      if (channel.tryLock() != null) {
        return Optional.of(new SupervisorLock(channel));
      }
      Thread.sleep(2);
    }
    channel.close();
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
