package dev.jbuild.solve;

import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.runtime.EtcFiles;
import dev.jbuild.runtime.Network;
import dev.jbuild.runtime.SandboxMount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * The files in {@code /etc} that sandboxes get from outside, one set for one sandbox at a time. A
 * set that its sandbox left as it was serves the next one: most do, and writing the files takes
 * longer than many a step.
 */
final class EtcFolders implements AutoCloseable {
  // by then the host's own files may be others
  private static final long LIFE_NANOS = 1_000_000_000;

  private final Path parent;
  private final String prefix;
  private final List<String> extraHosts;
  private final List<Path> folders = new ArrayList<>();
  private final Deque<Lent> free = new ArrayDeque<>();

  /**
   * Makes folders when they are needed.
   *
   * @param parent for the folders
   * @param prefix of their names
   * @param extraHosts as in {@code --add-host}
   */
  EtcFolders(Path parent, String prefix, List<String> extraHosts) {
    this.parent = parent;
    this.prefix = prefix;
    this.extraHosts = extraHosts;
  }

  /** One set, in use. */
  final class Lent implements AutoCloseable {
    private final Network network;
    private final String hostname;
    private final EtcFiles files;
    private final List<FileStat> before;
    private final Path stubs;
    private final long made = System.nanoTime();

    private Lent(Network network, String hostname, Path folder) throws IOException {
      this.network = network;
      this.hostname = hostname;
      files = EtcFiles.write(folder, network, hostname, extraHosts);
      stubs = Files.createDirectory(folder.resolve("stubs"));
      // back from the clock's tick in which a change would not be seen
      long second = System.currentTimeMillis() / 1000 - 1;
      for (Path file : all()) {
        Linux.lutimens(file, second, 0);
      }
      before = stats();
    }

    private List<Path> all() {
      return List.of(files.resolvConf(), files.hosts(), files.hostname());
    }

    List<SandboxMount> mounts() throws IOException {
      return files.mounts(false);
    }

    /** Mount points that the image lacks. */
    Path stubs() {
      return stubs;
    }

    private List<FileStat> stats() throws IOException {
      List<FileStat> stats = new ArrayList<>();
      for (Path file : all()) {
        stats.add(Linux.lstat(file));
      }
      return stats;
    }

    /** To be called when the sandbox has ended. */
    @Override
    public void close() throws IOException {
      if (before.equals(stats())) {
        giveBack(this);
      }
    }
  }

  /** A set that nobody else uses before it is closed. */
  synchronized Lent take(Network network, String hostname) throws IOException {
    for (Iterator<Lent> sets = free.iterator(); sets.hasNext(); ) {
      Lent one = sets.next();
      if (System.nanoTime() - one.made > LIFE_NANOS) {
        sets.remove();
      } else if (one.network.equals(network) && one.hostname.equals(hostname)) {
        sets.remove();
        return one;
      }
    }
    Path folder = parent.resolve(prefix + folders.size());
    folders.add(folder);
    return new Lent(network, hostname, folder);
  }

  private synchronized void giveBack(Lent one) {
    free.push(one);
  }

  /** Removes all folders. */
  @Override
  public synchronized void close() {
    try {
      for (Path folder : folders) {
        Linux.deleteTree(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
