package dev.jbuild.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer as a stream with a time limit on silence, which the JDK's own lacks. Holds
 * one buffer, whatever the length of the body.
 *
 * <p>The next one is asked for only when that has been read. Whoever asks for several, or as soon
 * as one has come, finds the JDK's client still at handing over what it read together with that;
 * then it asks the network twice, does so again and again, and with a slow reader keeps half a
 * layer.
 */
final class BodyPipe extends InputStream implements HttpResponse.BodySubscriber<InputStream> {
  /** What arrives: buffers, or the end with or without a failure. */
  private sealed interface Part {
    record Data(List<ByteBuffer> buffers) implements Part {}

    record End(@Nullable Throwable failure) implements Part {}
  }

  private final Duration idle;
  private final BlockingQueue<Part> parts = new LinkedBlockingQueue<>();
  private volatile Flow.@Nullable Subscription subscription;
  private volatile boolean cancelled;
  private List<ByteBuffer> current = List.of();
  private int next;
  private Part.@Nullable End end;

  BodyPipe(Duration idle) {
    this.idle = idle;
  }

  @Override
  public CompletionStage<InputStream> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription given) {
    subscription = given;
    if (cancelled) {
      given.cancel();
      return;
    }
    given.request(1);
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    parts.add(new Part.Data(buffers));
  }

  @Override
  public void onError(Throwable failure) {
    parts.add(new Part.End(failure));
  }

  @Override
  public void onComplete() {
    parts.add(new Part.End(null));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!advance()) {
      return -1;
    }
    ByteBuffer buffer = current.get(next);
    int count = Math.min(length, buffer.remaining());
    buffer.get(target, offset, count);
    if (!hasRest()) {
      more();
    }
    return count;
  }

  @Override
  public void close() {
    if (end == null) {
      end = new Part.End(new IOException("closed"));
      if (!(parts.peek() instanceof Part.End(var failure)) || failure != null) {
        cancel();
      }
    }
  }

  /** Goes to the next buffer with bytes; false at the end. */
  private boolean advance() throws IOException {
    while (end == null) {
      if (hasRest()) {
        return true;
      }
      // No switch over types: the first of a process spins a class.
      Part part = take();
      if (part instanceof Part.Data data) {
        current = data.buffers();
        next = 0;
        if (!hasRest()) {
          more();
        }
      } else if (part instanceof Part.End last) {
        end = last;
      }
    }
    Throwable failure = end.failure();
    if (failure != null) {
      throw failure instanceof IOException e ? e : new IOException(failure.toString(), failure);
    }
    return false;
  }

  private boolean hasRest() {
    while (next < current.size() && !current.get(next).hasRemaining()) {
      next++;
    }
    return next < current.size();
  }

  private void more() {
    Flow.Subscription from = subscription;
    if (from != null) {
      from.request(1);
    }
  }

  private Part take() throws IOException {
    try {
      Part part = parts.poll(idle.toMillis(), TimeUnit.MILLISECONDS);
      if (part != null) {
        return part;
      }
      throw broken(new SocketTimeoutException("no byte came for " + idle.toSeconds() + " s"));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw broken(new InterruptedIOException("cancelled"));
    }
  }

  /** Cuts the connection; whoever reads on gets the same failure, at once. */
  private IOException broken(IOException failure) {
    end = new Part.End(failure);
    cancel();
    return failure;
  }

  private void cancel() {
    cancelled = true;
    Flow.Subscription from = subscription;
    if (from != null) {
      from.cancel();
    }
  }
}
