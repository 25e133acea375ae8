package dev.jbuild.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StoreTest {
  private static final byte[] CONTENT = "content".getBytes(UTF_8);
  private static final Digest DIGEST = Digest.sha256(CONTENT);

  @TempDir private Path temp;
  private Store store;

  @BeforeEach
  void open() {
    store = Store.open(temp.resolve("store"));
  }

  private static Descriptor target(String what) {
    return Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(what), 7);
  }

  private List<Path> temporary() throws IOException {
    try (Stream<Path> files = Files.list(store.root().resolve("tmp"))) {
      return files.toList();
    }
  }

  @Test
  void aStoreIsForItsOwnerAlone() throws IOException {
    assertThat(permissions(store.root())).isEqualTo("rwx------");

    Files.setPosixFilePermissions(store.root(), PosixFilePermissions.fromString("rwxr-xr-x"));
    Path link = Files.createSymbolicLink(temp.resolve("link"), store.root());
    Store.open(link);
    assertThat(permissions(store.root())).as("one of an earlier version").isEqualTo("rwx------");

    Path given = Files.createDirectory(temp.resolve("given"));
    Files.setPosixFilePermissions(given, PosixFilePermissions.fromString("rwxrwxr-x"));
    Store.open(given);
    assertThat(permissions(given)).isEqualTo("rwx------");
  }

  @Test
  void aFolderForAllUsersIsNoStore() throws IOException {
    Path shared = Files.createDirectory(temp.resolve("shared"));
    Files.setAttribute(shared, "unix:mode", 01777);

    assertThatThrownBy(() -> Store.open(shared))
        .hasMessageContaining("which is for all users; set JBUILD_ROOT");

    Files.setAttribute(shared, "unix:uid", 471_125);
    Files.setAttribute(shared, "unix:mode", 0777);
    assertThatThrownBy(() -> Store.open(shared))
        .as("somebody else may have filled it")
        .hasMessageContaining("which is for all users");
    assertThat(shared).isEmptyDirectory();
  }

  private static String permissions(Path folder) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
  }

  @Test
  void aBlobComesBack() throws IOException {
    assertThat(store.blobs().put(CONTENT)).isEqualTo(DIGEST);
    assertThat(store.blobs().put(CONTENT)).as("a second time").isEqualTo(DIGEST);

    assertThat(store.blobs().has(DIGEST)).isTrue();
    assertThat(store.blobs().size(DIGEST)).isEqualTo(CONTENT.length);
    assertThat(store.blobs().read(DIGEST)).isEqualTo(CONTENT);
    assertThat(store.blobs().all()).containsExactly(DIGEST);
    assertThat(temporary()).isEmpty();
  }

  @Test
  void aDamagedBlobIsNeverGivenOut() throws IOException {
    store.blobs().put(CONTENT);
    Files.write(store.blobs().path(DIGEST), "contend".getBytes(UTF_8));

    assertThatThrownBy(() -> store.blobs().read(DIGEST)).hasMessageContaining(DIGEST.toString());
    assertThatThrownBy(
            () -> {
              try (InputStream in = store.blobs().open(DIGEST)) {
                in.readAllBytes();
              }
            })
        .hasMessageContaining(DIGEST.toString());
  }

  @Test
  void whatIsNotWhatWasSaidLeavesNothing() throws IOException {
    Digest other = Digest.sha256("other");
    try (Ingest ingest = store.blobs().ingest()) {
      ingest.write(CONTENT);
      assertThatThrownBy(() -> ingest.commit(other, CONTENT.length))
          .hasMessageContaining(other.toString());
    }
    try (Ingest ingest = store.blobs().ingest()) {
      ingest.write(CONTENT);
      assertThatThrownBy(() -> ingest.commit(DIGEST, 3)).isInstanceOf(Exception.class);
    }
    try (Ingest ingest = store.blobs().ingest()) {
      ingest.write(CONTENT);
      assertThat(ingest.written()).isEqualTo(CONTENT.length);
    }

    assertThat(store.blobs().all()).isEmpty();
    assertThat(temporary()).isEmpty();
  }

  @Test
  void anImageThatLosesItsLastNameStaysUntagged() throws IOException {
    Names names = store.names();
    ImageReference one = ImageReference.parse("one");
    ImageReference two = ImageReference.parse("registry.example:5000/two:2");
    names.set(one, target("a"));
    names.set(two, target("a"));

    names.set(one, target("b"));
    assertThat(names.list()).as("the other name is left").hasSize(2);
    names.set(two, target("b"));

    assertThat(names.get(one)).contains(target("b"));
    assertThat(names.get(ImageReference.parse("one:latest"))).contains(target("b"));
    assertThat(names.list().stream().map(n -> n.reference().map(Object::toString).orElse("")))
        .containsExactly("docker.io/library/one:latest", "registry.example:5000/two:2", "");
    assertThat(names.list().getLast().target()).isEqualTo(target("a"));

    names.set(one, target("a"));
    assertThat(names.list()).as("it has a name again").hasSize(2);
  }

  @Test
  void whatDiedLeavesNoDraftBehind() throws IOException {
    Path left = Files.createDirectory(store.root().resolve("tmp").resolve("0123456789abcdef-1"));
    Path foreign = Files.createDirectory(store.root().resolve("tmp").resolve("other"));

    try (Lease lease = store.lease()) {
      assertThat(left).doesNotExist();
      assertThat(foreign).exists();
      Path own = Files.createDirectory(store.root().resolve("tmp").resolve(lease.id() + "-1"));
      store.lease().close();
      assertThat(own).as("of a lease that lives").exists();
    }
  }

  @Test
  void aBlobThatBrokeOffIsGoneOnWith() throws IOException {
    try (Ingest first = store.blobs().resume(DIGEST, CONTENT.length)) {
      first.write(CONTENT, 0, 3);
    }
    try (Ingest second = store.blobs().resume(DIGEST, CONTENT.length)) {
      assertThat(second.written()).isEqualTo(3);
      try (Ingest meanwhile = store.blobs().resume(DIGEST, CONTENT.length)) {
        assertThat(meanwhile.written()).as("somebody else has the part").isZero();
      }
      second.write(CONTENT, 3, CONTENT.length - 3);
      second.commit(DIGEST, CONTENT.length);
    }

    assertThat(store.blobs().read(DIGEST)).isEqualTo(CONTENT);
    assertThat(temporary()).isEmpty();
    assertThat(store.root().resolve("partial")).isEmptyDirectory();
  }

  @Test
  void aPartThatIsWrongIsForgotten() throws IOException {
    for (String content : List.of("wr", "wrong c")) {
      try (Ingest begun = store.blobs().resume(DIGEST, CONTENT.length)) {
        begun.write(content.substring((int) begun.written()).getBytes(UTF_8));
      }
    }

    try (Ingest again = store.blobs().resume(DIGEST, CONTENT.length)) {
      assertThat(again.written()).as("it was whole, and not right").isZero();
      again.write("another".getBytes(UTF_8));
      assertThatThrownBy(() -> again.commit(DIGEST, CONTENT.length))
          .isInstanceOf(StoreException.class);
    }
    assertThat(store.root().resolve("partial")).isEmptyDirectory();
    assertThat(store.blobs().has(DIGEST)).isFalse();
  }
}
