package dev.jbuild.engine.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients send that no client library would. */
class HttpServerTest {
  private static final String BLOB = "/v2/a/blobs/uploads/?digest=" + Digest.sha256("hello");

  @TempDir private Path temp;
  private Registry registry;

  @BeforeEach
  void start() throws IOException {
    registry = Registry.at(temp.resolve("r"));
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private Socket connect() throws IOException {
    int port = registry.uri("/").getPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(5_000); // far less than what those wait for an answer who ask in TLS
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** All answers to what is sent, until the server closes the connection. */
  private String answers(String text) throws IOException {
    try (Socket socket = connect()) {
      send(socket, text);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String until(Socket socket, String end) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (!all.toString(StandardCharsets.ISO_8859_1).endsWith(end)) {
      int b = socket.getInputStream().read();
      assertThat(b).as("after " + all).isNotNegative();
      all.write(b);
    }
    return all.toString(StandardCharsets.ISO_8859_1);
  }

  /** Tools that may speak plain HTTP try HTTPS first, and wait for what comes. */
  @Test
  void aHelloInTlsIsAnsweredAtOnceAndInPlain() throws Exception {
    byte[] hello = HexFormat.of().parseHex("160301004a010000460303" + "11".repeat(64));
    try (Socket socket = connect()) {
      socket.getOutputStream().write(hello);

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 400 Bad Request\r\n")
          .contains("HTTPS request to an HTTP server");
    }
  }

  @Test
  void oneConnectionTakesManyRequests() throws Exception {
    String answers =
        answers(
            """
            GET /v2/ HTTP/1.1
            Host: x

            HEAD /v2/ HTTP/1.1
            Host: x

            GET http://x/v2/a/tags/list?n=1 HTTP/1.1
            Host: x
            Connection: close

            """);

    assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(3);
    assertThat(answers).contains("HTTP/1.1 404 Not Found", "NAME_UNKNOWN").contains("\r\n\r\n{}H");
  }

  @Test
  void anOldClientHasItsConnectionClosed() throws Exception {
    assertThat(answers("GET /v2/ HTTP/1.0\r\n\r\n")).contains("200 OK", "Connection: close");
  }

  @Test
  void contentMayComeInChunks() throws Exception {
    String answer =
        answers(
            "POST "
                + BLOB
                + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                + "2;name=value\r\nhe\r\n3\r\nllo\r\n0\r\nTrailer: x\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 201 Created");
    assertThat(Registry.text(registry.send("GET", "/v2/a/blobs/" + Digest.sha256("hello"))))
        .isEqualTo("hello");
  }

  @Test
  void aClientThatWaitsIsAskedForItsContent() throws Exception {
    try (Socket socket = connect()) {
      send(
          socket,
          "POST "
              + BLOB
              + " HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
      assertThat(until(socket, "\r\n\r\n")).startsWith("HTTP/1.1 100 Continue");
      send(socket, "hello");
      assertThat(until(socket, "\r\n\r\n")).startsWith("HTTP/1.1 201 Created");
      send(socket, "GET /v2/ HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(until(socket, "{}")).startsWith("HTTP/1.1 200 OK");
    }
  }

  /** What is refused is not asked for, and what it sends all the same is no request. */
  @Test
  void aClientThatWaitsInVainIsToldAndLeft() throws Exception {
    assertThat(
            answers(
                """
                PUT /nothing HTTP/1.1
                Content-Length: 30
                Expect: 100-continue

                GET /v2/ HTTP/1.1

                """))
        .startsWith("HTTP/1.1 404")
        .contains("Connection: close")
        .doesNotContain("200 OK");
  }

  @Test
  void theAnswerIsReadByWhoSendsALotThatNobodyWants() throws Exception {
    String large = "x".repeat(8 << 20);
    try (Socket socket = connect()) {
      send(socket, "PUT /nothing HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n" + large);

      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 404");
    }
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          nonsense                                                                | 400
          GET v2 HTTP/1.1;;                                                       | 400
          GET /v2/ HTTP/2.0;;                                                     | 400
          GET /v2/ HTTP/1.1;Host : x;;                                            | 400
          GET /v2/ HTTP/1.1;no field;;                                            | 400
          GET /v2/ HTTP/1.1;Content-Length: -1;;                                  | 400
          GET /v2/ HTTP/1.1;Content-Length: 1, 2;;                                | 400
          PUT /v2/ HTTP/1.1;Content-Length: 1;Transfer-Encoding: chunked;;0;;     | 400
          PUT /v2/ HTTP/1.1;Transfer-Encoding: gzip;;                             | 501
          """)
  void whatIsNoRequestIsRefusedAndTheConnectionClosed(String text, int status) throws Exception {
    String request = text.replace(";", "\r\n") + (text.contains(";") ? "" : "\r\n\r\n");

    assertThat(answers(request + "GET /v2/ HTTP/1.1\r\n\r\n"))
        .startsWith("HTTP/1.1 " + status + " ")
        .doesNotContain("200 OK");
  }

  @Test
  void aHeadWithoutAnEndIsRefused() throws Exception {
    assertThat(answers("GET /v2/ HTTP/1.1\r\nX: " + "x".repeat(70_000)))
        .startsWith("HTTP/1.1 431 ");
  }

  /** A name that somebody sends comes back in an answer, but never as a header of its own. */
  @Test
  void anAnswerHasNoFieldsThatWereSent() throws Exception {
    String answer =
        answers("GET /v2/a/blobs/%0d%0aSet-Cookie:x=1 HTTP/1.1\r\nConnection: close\r\n\r\n");

    assertThat(answer.toLowerCase(Locale.ROOT)).startsWith("http/1.1 400").doesNotContain("\nset-");
  }

  @Test
  void anUploadThatBreaksOffIsNoBlob() throws Exception {
    try (Socket socket = connect()) {
      send(socket, "POST " + BLOB + " HTTP/1.1\r\nContent-Length: 5\r\n\r\nhel");
    }
    assertThat(registry.send("HEAD", "/v2/a/blobs/" + Digest.sha256("hello")).statusCode())
        .isEqualTo(404);
  }
}
