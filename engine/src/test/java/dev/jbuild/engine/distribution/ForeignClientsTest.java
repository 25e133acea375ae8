package dev.jbuild.engine.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.engine.ImagePush;
import dev.jbuild.engine.ImageSource;
import dev.jbuild.engine.archive.Images;
import dev.jbuild.engine.archive.Packing;
import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import dev.jbuild.registry.RegistryClient;
import dev.jbuild.registry.RegistrySettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our registry with our client and with others'; digests are equal on all ways. */
class ForeignClientsTest {
  @TempDir private Path temp;
  private Registry registry;
  private RegistryClient client;

  @BeforeEach
  void start() throws IOException {
    registry = Registry.at(temp.resolve("registry"));
    client = RegistryClient.open(RegistrySettings.load(Map.of()));
  }

  @AfterEach
  void stop() {
    client.close();
    registry.close();
  }

  /** The states of layers, in the order in which they were reached. */
  private static final class States implements ImagePush.Progress {
    final List<String> states = new ArrayList<>();

    @Override
    public synchronized void state(Digest layer, String state) {
      states.add(state);
    }

    @Override
    public void sent(Digest layer, long current, long total) {
      // bars are the display's
    }
  }

  private Descriptor push(Images images, String name, States states) throws IOException {
    ImageReference reference = ImageReference.parse(registry.host() + "/" + name);
    return new ImagePush(images.store(), images.layers(), () -> client)
        .push(reference, images.find(reference.toString()), Packing.USUAL, states);
  }

  private void pull(Images images, String name) throws IOException {
    new ImageSource(images.store(), images.layers(), () -> client)
        .pull(
            ImageReference.parse(registry.host() + "/" + name),
            Platform.host(),
            (_, _, _, _) -> {});
  }

  @Test
  void aPulledImageIsPushedWithTheSameDigest() throws Exception {
    Images one = new Images(temp.resolve("one"));
    Images two = new Images(temp.resolve("two"));
    one.make(registry.host() + "/a:1", "x", "y");
    Descriptor pushed = push(one, "a:1", new States());
    pull(two, "a:1");
    String name = registry.host() + "/a:1";
    two.local().name(List.of(ImageReference.parse(registry.host() + "/b:2")), two.find(name));

    States states = new States();
    Descriptor again = push(two, "b:2", states);

    assertThat(again).isEqualTo(pushed);
    assertThat(two.find(name).target().digest()).isEqualTo(pushed.digest());
    assertThat(states.states).contains("Mounted from a").doesNotContain("Pushed");
  }

  @Test
  void whatIsThereIsNotSentAgain() throws Exception {
    Images one = new Images(temp.resolve("one"));
    one.make(registry.host() + "/a:1", "x", "y");
    push(one, "a:1", new States());
    States states = new States();

    push(one, "a:1", states);

    assertThat(states.states)
        .containsExactly("Preparing", "Preparing", "Layer already exists", "Layer already exists");
  }

  @Test
  void skopeoCopiesInAndOutWithoutChangingADigest() throws Exception {
    assumeTrue(isThere("skopeo"), "skopeo is not installed");
    Images one = new Images(temp.resolve("one"));
    one.make(registry.host() + "/a:1", "x", "y");
    Descriptor pushed = push(one, "a:1", new States());
    String source = "docker://" + registry.host() + "/a:1";
    for (String target :
        List.of(
            "docker://" + registry.host() + "/copied:1",
            "oci:" + temp.resolve("layout") + ":x",
            "oci-archive:" + temp.resolve("a.tar") + ":x",
            "dir:" + temp.resolve("dir"))) {
      run(
          "skopeo",
          "copy",
          "--insecure-policy",
          "--preserve-digests",
          "--src-tls-verify=false",
          "--dest-tls-verify=false",
          source,
          target);
      String digest =
          run("skopeo", "inspect", "--tls-verify=false", "--format", "{{.Digest}}", target);

      assertThat(digest.strip()).as(target).isEqualTo(pushed.digest().toString());
    }
    run("skopeo", "delete", "--tls-verify=false", "docker://" + registry.host() + "/copied:1");
    assertThat(registry.send("GET", "/v2/copied/manifests/1").statusCode()).isEqualTo(404);
    assertThat(
            run("skopeo", "list-tags", "--tls-verify=false", "docker://" + registry.host() + "/a"))
        .contains("\"1\"");
  }

  @Test
  void podmanPullsAndPushes() throws Exception {
    assumeTrue(isThere("podman"), "podman is not installed");
    Images one = new Images(temp.resolve("one"));
    one.make(registry.host() + "/a:1", "x", "y");
    push(one, "a:1", new States());
    String[] podman = {
      "podman",
      "--storage-driver",
      "vfs",
      "--root",
      temp.resolve("containers").toString(),
      "--runroot",
      temp.resolve("run").toString()
    };
    String from = registry.host() + "/a:1";
    String to = registry.host() + "/theirs/b:2";

    run(podman, "pull", "--tls-verify=false", from);
    run(podman, "push", "--tls-verify=false", from, to);

    Images two = new Images(temp.resolve("two"));
    pull(two, "theirs/b:2");
    assertThat(two.find(to).id()).isEqualTo(one.find(from).id());
    assertThat(Files.readString(two.find(to).layers().get(1).fs().resolve("file-1")))
        .isEqualTo("y");
    run("rm", "-rf", temp.resolve("containers").toString());
  }

  private static boolean isThere(String tool) {
    return Files.isExecutable(Path.of("/usr/bin", tool));
  }

  private String run(String[] head, String... rest) throws Exception {
    List<String> command = new ArrayList<>(List.of(head));
    command.addAll(List.of(rest));
    return run(command.toArray(String[]::new));
  }

  private String run(String... command) throws Exception {
    Path out = Files.createTempFile(temp, "out", "");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("TMPDIR", temp.toString());
    Process process = builder.redirectOutput(out.toFile()).start();
    boolean ended = process.waitFor(60, TimeUnit.SECONDS);
    String text = Files.readString(out);
    assertThat(ended).as(String.join(" ", command) + " ends\n" + text).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command) + "\n" + text).isZero();
    return text;
  }
}
