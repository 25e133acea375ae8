package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class BodyPipeTest {
  private final BodyPipe pipe = new BodyPipe(Duration.ofSeconds(5));
  private long wanted;

  private void subscribe() {
    pipe.onSubscribe(
        new Flow.Subscription() {
          @Override
          public void request(long count) {
            wanted += count;
          }

          @Override
          public void cancel() {
            // nothing comes after that
          }
        });
  }

  private void send(int... sizes) {
    List<ByteBuffer> buffers =
        java.util.Arrays.stream(sizes).mapToObj(ByteBuffer::allocate).toList();
    wanted--;
    pipe.onNext(buffers);
  }

  /** With more on its way than is read, a slow reader's memory fills with the network's bytes. */
  @Test
  void nothingMoreIsAskedForBeforeWhatCameHasBeenRead() throws IOException {
    subscribe();
    assertThat(wanted).isEqualTo(1);
    send(10, 20);

    pipe.readNBytes(29);
    assertThat(wanted).isZero();

    pipe.readNBytes(1);
    assertThat(wanted).isEqualTo(1);
  }

  @Test
  void emptyBuffersEndNothing() throws IOException {
    subscribe();
    send(0, 5, 0);
    assertThat(pipe.readNBytes(5)).hasSize(5);
    assertThat(wanted).isEqualTo(1);

    send(0);
    send(3);
    pipe.onComplete();
    assertThat(pipe.readAllBytes()).hasSize(3);
    pipe.close();
  }
}
