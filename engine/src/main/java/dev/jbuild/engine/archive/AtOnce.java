package dev.jbuild.engine.archive;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Work on the layers of an image, a few at once: what a registry's connections are good for. */
public final class AtOnce {
  private static final int LAYERS = 3;

  private AtOnce() {}

  /**
   * Does all of it; the first failure ends the rest.
   *
   * @return the results, in the order of the work
   * @throws InterruptedIOException when the calling thread is interrupted, which it then still is
   */
  public static <T> List<T> all(List<? extends Callable<T>> work) throws IOException {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(LAYERS)) {
      List<Future<T>> pending = new ArrayList<>();
      for (Callable<T> one : work) {
        pending.add(threads.submit(one));
      }
      try {
        for (Future<T> one : pending) {
          results.add(one.get());
        }
      } catch (ExecutionException e) {
        threads.shutdownNow();
        throw cause(e);
      } catch (InterruptedException _) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("canceled");
      }
    }
    return results;
  }

  private static IOException cause(ExecutionException e) {
    return switch (e.getCause()) {
      case RuntimeException failure -> throw failure;
      case IOException failure -> failure;
      case null, default -> throw new IllegalStateException(e);
    };
  }
}
