package dev.jbuild.layer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Files are produced on all cores, some ahead of the one thread that takes them in order.
 *
 * <p>The file that is taken next has always been started before any later one, so a producer that
 * waits because it is ahead never blocks the one that everybody waits for.
 */
final class Pipeline implements AutoCloseable {
  /** Reads, or copies, the file with this number into a parcel. */
  @FunctionalInterface
  interface Producer {
    void produce(int number, Parcel parcel) throws IOException, InterruptedException;
  }

  /** Carries a producer's failure over to the consumer. */
  static final class ProducerFailed extends Exception {
    private final Throwable failure;

    ProducerFailed(Throwable failure) {
      super(failure);
      this.failure = failure;
    }

    IOException asIoException() {
      return switch (failure) {
        case IOException e -> e;
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> new IOException(failure);
      };
    }
  }

  private static final int AHEAD = 64;
  private static final int AT_ONCE = 16;

  private final Producer producer;
  private final int count;
  private final List<Thread> threads = new ArrayList<>();
  private final Parcel[] parcels;
  private final Semaphore room = new Semaphore(AHEAD);
  private final AtomicInteger next = new AtomicInteger();
  private int taken;

  /**
   * @param parallelism how many threads produce; 0 to produce when asked, in the asking thread
   */
  Pipeline(int count, int parallelism, Producer producer) {
    this.producer = producer;
    this.count = count;
    parcels = new Parcel[parallelism == 0 ? 1 : AHEAD];
    for (int i = 0; i < parcels.length; i++) {
      parcels[i] = parallelism == 0 ? Parcel.unbounded() : Parcel.bounded();
    }
    for (int i = 0; i < parallelism; i++) {
      threads.add(Thread.ofPlatform().daemon().name("layer-" + i).start(this::produceAll));
    }
  }

  private void produceAll() {
    try {
      while (true) {
        room.acquire();
        int number = next.getAndIncrement();
        if (number >= count) {
          return;
        }
        produce(number, parcels[number % AHEAD]);
      }
    } catch (InterruptedException _) {
      // Closed before the end: the consumer gave up.
    }
  }

  private void produce(int number, Parcel parcel) throws InterruptedException {
    try {
      producer.produce(number, parcel);
    } catch (IOException | RuntimeException | Error e) {
      parcel.fail(e);
    }
  }

  /** The next file's parcel; the one before has been emptied. */
  Parcel next() throws InterruptedException {
    if (threads.isEmpty()) {
      produce(taken++, parcels[0]);
      return parcels[0];
    }
    // not one by one: each may wake a thread up
    if (taken > 0 && taken % AT_ONCE == 0) {
      room.release(AT_ONCE);
    }
    return parcels[taken++ % AHEAD];
  }

  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (true) {
        try {
          thread.join();
          break;
        } catch (InterruptedException _) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
