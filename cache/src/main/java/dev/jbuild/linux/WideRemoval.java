package dev.jbuild.linux;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Removes a large tree on all cores: half of what a file costs to make it costs to take away. The
 * folders of an upper level are found first, and shared among threads; what lies above and between
 * goes last, in one thread.
 */
final class WideRemoval {
  private static final int ENOUGH = 32;
  private static final int LEVELS = 6;

  private final AtomicInteger next = new AtomicInteger();
  private final List<Path> folders;
  private volatile @Nullable IOException failure;

  private WideRemoval(List<Path> folders) {
    this.folders = folders;
  }

  static void delete(Path path) throws IOException {
    if (!Dir.HERE.statIfPresent(path.toString()).map(FileStat::isDirectory).orElse(false)) {
      TreeRemoval.delete(path);
      return;
    }
    List<Path> folders = List.of(path);
    for (int level = 0; level < LEVELS && folders.size() < ENOUGH; level++) {
      folders = below(folders);
    }
    if (folders.size() > 1) {
      new WideRemoval(folders).run();
    }
    TreeRemoval.delete(path);
  }

  /** The folders in some folders; links are none, wherever they lead. */
  private static List<Path> below(List<Path> folders) throws IOException {
    List<Path> below = new ArrayList<>();
    for (Path folder : folders) {
      try (Dir dir = Dir.HERE.openDir(folder.toString())) {
        for (String name : dir.names()) {
          // a name that is no text stays for the last
          if (FileName.isUtf8(name) && dir.stat(name).isDirectory()) {
            below.add(folder.resolve(name));
          }
        }
      } catch (AccessDeniedException | NoSuchFileException _) {
        // not root, and a folder that nobody may read: also for the last; or it went meanwhile
      }
    }
    return below;
  }

  private void run() throws IOException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 1; i < Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(Thread.ofPlatform().daemon().name("removal-" + i).start(this::removeSome));
    }
    removeSome();
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    IOException first = failure;
    if (first != null) {
      throw first;
    }
  }

  private void removeSome() {
    try {
      for (int i = next.getAndIncrement(); i < folders.size(); i = next.getAndIncrement()) {
        TreeRemoval.delete(folders.get(i));
      }
    } catch (IOException e) {
      failure = e;
    }
  }
}
