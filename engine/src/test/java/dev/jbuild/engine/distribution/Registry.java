package dev.jbuild.engine.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistrySettings;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A server on a loopback port, and requests to it without a client library in between. */
final class Registry implements AutoCloseable {
  private final RegistryServer server;
  private final HttpClient http = HttpClient.newHttpClient();

  private Registry(RegistryServer server) {
    this.server = server;
  }

  static RegistryServer.Options usual() {
    return new RegistryServer.Options(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
        Optional.empty(),
        Optional.empty(),
        false,
        Optional.empty(),
        _ -> {});
  }

  static Registry at(Path root) throws IOException {
    return at(root, usual());
  }

  static Registry at(Path root, RegistryServer.Options options) throws IOException {
    return new Registry(
        RegistryServer.start(
            Store.open(root), options, RegistryClient.open(RegistrySettings.load(Map.of()))));
  }

  String host() {
    return "127.0.0.1:" + server.address().getPort();
  }

  URI uri(String path) {
    return URI.create("http://" + host()).resolve(path);
  }

  HttpResponse<byte[]> send(String method, String path, byte[] body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .method(method, HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  HttpResponse<byte[]> send(String method, String path, String... headers)
      throws IOException, InterruptedException {
    return send(method, path, new byte[0], headers);
  }

  static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), UTF_8);
  }

  static String header(HttpResponse<byte[]> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  /** The code of an error answer. */
  static String code(HttpResponse<byte[]> response) {
    return Json.parseObject(response.body()).objects("errors").getFirst().text("code").orElse("");
  }

  /** Pushes a blob in one request. */
  Descriptor blob(String repository, String content) throws IOException, InterruptedException {
    byte[] bytes = content.getBytes(UTF_8);
    Digest digest = Digest.sha256(bytes);
    int status =
        send("POST", "/v2/" + repository + "/blobs/uploads/?digest=" + digest, bytes).statusCode();
    if (status != 201) {
      throw new AssertionError("push of a blob: " + status);
    }
    return Descriptor.of(MediaTypes.OCI_LAYER, digest, bytes.length);
  }

  /** A manifest of a config and one layer, which are pushed. */
  byte[] manifest(String repository, String content) throws IOException, InterruptedException {
    Descriptor config = blob(repository, "{}");
    Descriptor layer = blob(repository, content);
    return Json.obj()
        .with("schemaVersion", 2)
        .with("mediaType", MediaTypes.OCI_MANIFEST)
        .with("config", Descriptor.of(MediaTypes.OCI_CONFIG, config.digest(), 2).toJson())
        .with("layers", new Json.Arr(List.of(layer.toJson())))
        .bytes();
  }

  HttpResponse<byte[]> put(String repository, String reference, byte[] manifest)
      throws IOException, InterruptedException {
    return send(
        "PUT",
        "/v2/" + repository + "/manifests/" + reference,
        manifest,
        "Content-Type",
        MediaTypes.OCI_MANIFEST);
  }

  @Override
  public void close() {
    server.close();
    http.close();
  }
}
