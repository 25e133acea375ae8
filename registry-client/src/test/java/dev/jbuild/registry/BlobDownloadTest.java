package dev.jbuild.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlobDownloadTest {
  private static final byte[] CONTENT = Fixtures.random(300_000);
  private static final String BLOB = "/v2/some/repo/blobs/" + Digest.sha256(CONTENT);

  @TempDir Path home;
  private FaultServer server;
  private RegistryClient client;

  @BeforeEach
  void open() throws IOException {
    server = FaultServer.start();
    client = RegistryClient.open(Fixtures.settings(home));
  }

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void aBrokenDownloadGoesOnWhereItBroke() throws IOException {
    server.on("GET " + BLOB, FaultServer.cut(CONTENT, 100_000), FaultServer.ranged(CONTENT));

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);

    assertThat(server.seen("GET", BLOB)).hasSize(2);
    assertThat(server.seen("GET", BLOB).getLast().header("Range")).matches("bytes=[1-9]\\d*-");
  }

  @Test
  void whatAnEarlierProcessHasIsNotAskedFor() throws IOException {
    server.on("GET " + BLOB, FaultServer.ranged(CONTENT));
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    MessageDigest hash = Digest.newSha256();
    hash.update(CONTENT, 0, 100_000);

    client.fetchBlob(image(), Fixtures.blob(CONTENT), new BlobSink(rest, 100_000, hash), _ -> {});

    assertThat(rest.toByteArray()).isEqualTo(Arrays.copyOfRange(CONTENT, 100_000, CONTENT.length));
    assertThat(server.seen("GET", BLOB).getFirst().header("Range")).isEqualTo("bytes=100000-");
  }

  @Test
  void aServerWithoutRangesSendsAllAgain() throws IOException {
    server.on(
        "GET " + BLOB,
        FaultServer.cut(CONTENT, 100_000),
        FaultServer.cut(CONTENT, 200_000),
        FaultServer.bytes(CONTENT));

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
  }

  @Test
  void progressMakesUpForFailures() throws IOException {
    FaultServer.Answer[] answers = new FaultServer.Answer[12];
    for (int i = 0; i < 11; i++) {
      int to = (i + 1) * 20_000;
      answers[i] = FaultServer.cut(CONTENT, to);
    }
    answers[11] = FaultServer.ranged(CONTENT);
    server.on("GET " + BLOB, answers);

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
  }

  @Test
  void aServerThatAlwaysBreaksIsGivenUp() {
    server.on("GET " + BLOB, FaultServer.drop());

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
        .isInstanceOf(RegistryException.class)
        .hasMessageStartingWith("cannot fetch " + Digest.sha256(CONTENT) + " of " + image());
    assertThat(server.seen("GET", BLOB)).hasSizeBetween(4, 8);
  }

  @Test
  void aStalledDownloadIsTakenUpAgain() throws IOException {
    server.on("GET " + BLOB, FaultServer.stall(CONTENT.length), FaultServer.bytes(CONTENT));

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
  }

  @Test
  void aSilentServerIsAskedAgain() throws IOException {
    server.on("GET " + BLOB, FaultServer.silence(), FaultServer.bytes(CONTENT));

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
  }

  @Test
  void wrongContentIsRefused() {
    byte[] other = Fixtures.random(300_000);
    other[299_999]++;
    server.on("GET " + BLOB, FaultServer.bytes(other));

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining(server.host() + " sends other content than the digest says");
  }

  @Test
  void aWrongLengthIsRefusedBeforeItIsRead() {
    server.on("GET " + BLOB, FaultServer.bytes(Arrays.copyOf(CONTENT, 1000)));

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
        .isInstanceOf(RegistryException.class)
        .hasMessageContaining("sends 1000 bytes where the manifest names 300000");
  }

  @Test
  void moreThanTheManifestNamesIsRefused() {
    server.on(
        "GET " + BLOB,
        exchange -> {
          exchange.sendResponseHeaders(200, 0);
          exchange.getResponseBody().write(CONTENT);
          exchange.getResponseBody().write(1);
          exchange.getResponseBody().close();
        });

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
        .hasMessageContaining("sends more than the 300000 bytes");
  }

  @Test
  void aFullDiskIsTheCallersFailure() {
    server.on("GET " + BLOB, FaultServer.bytes(CONTENT));
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int value) throws IOException {
            throw new IOException("No space left on device");
          }
        };

    assertThatThrownBy(() -> client.fetchBlob(image(), Fixtures.blob(CONTENT), full, _ -> {}))
        .isExactlyInstanceOf(IOException.class)
        .hasMessage("No space left on device");
  }

  @Test
  void tryAgainLaterIsObeyed() throws IOException {
    server.on(
        "GET " + BLOB,
        FaultServer.status(429, "Retry-After", "0"),
        FaultServer.status(503, "Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),
        FaultServer.status(500),
        FaultServer.bytes(CONTENT));

    assertThat(Fixtures.fetch(client, image(), CONTENT)).isEqualTo(CONTENT);
  }

  @Test
  void tooLongAWaitIsSaidInstead() {
    server.on("GET " + BLOB, FaultServer.status(429, "Retry-After", "3600"));

    assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
        .hasMessageContaining("429 Too Many Requests")
        .hasMessageContaining("try again in 3600 s");
    assertThat(server.seen("GET", BLOB)).hasSize(1);
  }

  @Test
  void progressIsToldInBytesSoFar() throws IOException {
    server.on("GET " + BLOB, FaultServer.cut(CONTENT, 150_000), FaultServer.ranged(CONTENT));
    AtomicLong last = new AtomicLong();

    client.fetchBlob(
        image(),
        Fixtures.blob(CONTENT),
        OutputStream.nullOutputStream(),
        now -> assertThat(now).isGreaterThan(last.getAndSet(now)));

    assertThat(last).hasValue(300_000);
  }

  @Test
  void sha512IsVerifiedToo() throws Exception {
    byte[] hash = java.security.MessageDigest.getInstance("SHA-512").digest(CONTENT);
    Digest digest = new Digest("sha512", java.util.HexFormat.of().formatHex(hash));
    server.on("GET /v2/some/repo/blobs/" + digest, FaultServer.bytes(CONTENT));
    Descriptor blob = Descriptor.of(MediaTypes.OCI_LAYER, digest, CONTENT.length);
    AtomicLong last = new AtomicLong();

    client.fetchBlob(image(), blob, OutputStream.nullOutputStream(), last::set);

    assertThat(last).hasValue(300_000);
  }

  @Test
  void anInterruptCancels() throws Exception {
    server.on("GET " + BLOB, FaultServer.silence());
    Thread puller =
        Thread.ofVirtual()
            .start(() ->
                assertThatThrownBy(() -> Fixtures.fetch(client, image(), CONTENT))
                    .hasMessageStartingWith("cancelled: "));
    while (server.seen("GET", BLOB).isEmpty()) {
      Thread.sleep(5);
    }

    puller.interrupt();

    assertThat(puller.join(java.time.Duration.ofSeconds(5))).isTrue();
  }

  private ImageReference image() {
    return Fixtures.image(server.host(), "some/repo");
  }
}
