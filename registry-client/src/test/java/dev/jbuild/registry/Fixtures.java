package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Settings that see nothing of the machine, and content to move. */
final class Fixtures {
  /** Failing fast, but not with the first failure. */
  static final Timing QUICK =
      new Timing(
          Duration.ofSeconds(5),
          Duration.ofMillis(1500),
          Duration.ofSeconds(3),
          Duration.ofMillis(1),
          Duration.ofSeconds(3),
          4);

  /** A manifest with blanks and fields that no model of ours keeps. */
  static final byte[] MANIFEST =
      """
      { "schemaVersion": 2,  "mediaType": "%s",
        "config": {"mediaType": "%s", "digest": "sha256:%s", "size": 2, "x-unknown": [1, 2.50]},
        "layers": [] }
      """
          .formatted(MediaTypes.OCI_MANIFEST, MediaTypes.OCI_CONFIG, Digest.sha256("{}").hex())
          .getBytes(StandardCharsets.UTF_8);

  private Fixtures() {}

  /** An environment with a home of its own, and the given further variables. */
  static Map<String, String> env(Path home, String... more) {
    Map<String, String> env = new HashMap<>(Map.of("HOME", home.toString()));
    for (int i = 0; i < more.length; i += 2) {
      env.put(more[i], more[i + 1]);
    }
    return env;
  }

  static RegistrySettings settings(Path home, String... more) {
    return RegistrySettings.load(env(home, more)).with(QUICK);
  }

  /** Settings with a registries file. */
  static RegistrySettings configured(Path home, String json, String... more) throws IOException {
    Path file = home.resolve("registries.json");
    Files.writeString(file, json);
    Map<String, String> env = env(home, more);
    env.put("JBUILD_REGISTRIES", file.toString());
    return RegistrySettings.load(env).with(QUICK);
  }

  /** Credentials in Docker's file. */
  static void remember(Path home, String key, String user, String password) throws IOException {
    Path file = Files.createDirectories(home.resolve(".docker")).resolve("config.json");
    String auth = new Credential.Basic(user, password).encoded();
    Files.writeString(file, "{\"auths\":{\"" + key + "\":{\"auth\":\"" + auth + "\"}}}");
  }

  static ImageReference image(String host, String rest) {
    return ImageReference.parse(host + "/" + rest);
  }

  static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return packed.toByteArray();
  }

  static Descriptor blob(byte[] bytes) {
    return Descriptor.of(MediaTypes.OCI_LAYER_GZIP, Digest.sha256(bytes), bytes.length);
  }

  static BlobSource source(byte[] bytes) {
    return () -> new ByteArrayInputStream(bytes);
  }

  static byte[] fetch(RegistryClient client, ImageReference reference, byte[] expected)
      throws IOException {
    ByteArrayOutputStream sink = new ByteArrayOutputStream();
    client.fetchBlob(reference, blob(expected), sink, _ -> {});
    return sink.toByteArray();
  }
}
