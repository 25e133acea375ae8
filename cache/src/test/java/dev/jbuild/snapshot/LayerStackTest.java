package dev.jbuild.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.layer.Layer;
import dev.jbuild.layer.LayerId;
import dev.jbuild.linux.FileStat;
import dev.jbuild.linux.Linux;
import dev.jbuild.snapshot.LayerStack.Node;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LayerStackTest {
  @TempDir Path temp;
  private final List<Layer> layers = new ArrayList<>();

  private Path layer() throws IOException {
    String id = "%02x".formatted(layers.size());
    Path fs = Files.createDirectories(temp.resolve(id).resolve("fs"));
    layers.add(new Layer(new LayerId(id), fs));
    return fs;
  }

  private static void file(Path fs, String path) throws IOException {
    Path file = fs.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, path + " of " + fs.getName(fs.getNameCount() - 2));
  }

  private static void link(Path fs, String path, String target) throws IOException {
    Files.createDirectories(fs.resolve(path).getParent());
    Files.createSymbolicLink(fs.resolve(path), Path.of(target));
  }

  private static void remove(Path fs, String path) throws IOException {
    Files.createDirectories(fs.resolve(path).getParent());
    Linux.mknod(fs.resolve(path), FileStat.CHARACTER, 0);
  }

  private static void opaque(Path fs, String path) throws IOException {
    Files.createDirectories(fs.resolve(path));
    String name = (Linux.euid() == 0 ? "trusted" : "user") + ".overlay.opaque";
    Linux.lsetxattr(fs.resolve(path), name, new byte[] {'y'});
  }

  private LayerStack stack() {
    return new LayerStack(layers);
  }

  private String text(String path) throws IOException {
    return stack()
        .read(path, 1000)
        .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
        .orElse("none");
  }

  private List<String> names(String path) throws IOException {
    return stack().list(stack().find(path).orElseThrow()).stream().map(Node::name).toList();
  }

  @Test
  void theTopmostFileWins() throws IOException {
    Path one = layer();
    file(one, "etc/a");
    file(one, "etc/b");
    file(layer(), "etc/b");
    assertThat(text("/etc/a")).isEqualTo("etc/a of 00");
    assertThat(text("etc//./b")).isEqualTo("etc/b of 01");
    assertThat(names("/etc")).containsExactly("a", "b");
    assertThat(names("/")).containsExactly("etc");
  }

  @Test
  void whiteoutsHideWhatLiesBelow() throws IOException {
    Path one = layer();
    file(one, "d/a");
    file(one, "d/sub/x");
    Path two = layer();
    remove(two, "d/a");
    remove(two, "d/sub");
    Path three = layer();
    file(three, "d/sub/y");
    assertThat(stack().find("/d/a")).isEmpty();
    assertThat(names("/d")).containsExactly("sub");
    assertThat(names("/d/sub")).containsExactly("y");
    assertThat(stack().find("/d/sub/x")).isEmpty();
  }

  @Test
  void anOpaqueFolderHidesTheSameFolderBelow() throws IOException {
    file(layer(), "d/a");
    Path two = layer();
    opaque(two, "d");
    file(two, "d/b");
    file(layer(), "d/c");
    assertThat(names("/d")).containsExactly("b", "c");
    assertThat(stack().find("/d/a")).isEmpty();
  }

  @Test
  void aFileBetweenFoldersEndsTheMerge() throws IOException {
    file(layer(), "d/a");
    file(layer(), "d");
    file(layer(), "d/c");
    assertThat(names("/d")).containsExactly("c");
    assertThat(stack().find("/d/a")).isEmpty();
  }

  @Test
  void aFileOverAFolderIsAFile() throws IOException {
    file(layer(), "d/a");
    file(layer(), "d");
    assertThat(text("/d")).isEqualTo("d of 01");
    assertThat(stack().find("/d/a")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "/bin/sh,            /usr/bin/sh",
    "/bin,               /usr/bin",
    "/bin/new,           /usr/bin/new",
    "/bin/new/deep,      /usr/bin/new/deep",
    "/missing/../x,      /x",
    "/up/usr,            /usr",
    "/host,              /etc/host-file",
    "/usr/local/l/sh,    /usr/bin/sh",
    "/../../usr,         /usr",
    "/,                  /",
    "'',                 /",
    "/bin/..,            /usr",
    "/a/../../..,        /",
    "/usr/bin/sh/x,      /usr/bin/sh/x",
  })
  void resolveSaysWhereAWriteLands(String path, String expected) throws IOException {
    Path one = layer();
    file(one, "usr/bin/sh");
    link(one, "bin", "usr/bin");
    link(one, "up", "../../..");
    link(one, "host", "/etc/host-file");
    Path two = layer();
    link(two, "usr/local/l", "../bin");
    assertThat(stack().resolve(path)).isEqualTo(expected);
  }

  @Test
  void linksNeverLeadToTheHost() throws IOException {
    Path one = layer();
    link(one, "passwd", "/etc/passwd");
    link(one, "climb", "../../../../../../etc/passwd");
    assertThat(stack().find("/passwd")).isEmpty();
    assertThat(stack().find("/climb")).isEmpty();
    file(layer(), "etc/passwd");
    assertThat(text("/passwd")).isEqualTo("etc/passwd of 01");
    assertThat(text("/climb")).isEqualTo("etc/passwd of 01");
    Node link = stack().findNoFollow("/climb").orElseThrow();
    assertThat(link.linkTarget()).isEqualTo("../../../../../../etc/passwd");
    assertThat(link.stat().isSymlink()).isTrue();
  }

  @Test
  void circlesEnd() throws IOException {
    Path one = layer();
    link(one, "a", "b");
    link(one, "b", "a");
    LayerStack stack = stack();
    assertThatThrownBy(() -> stack.find("/a/x"))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("too many levels");
  }

  @Test
  void onlyRegularFilesOfBoundedSizeAreRead() throws IOException {
    Path one = layer();
    file(one, "f");
    Files.createDirectory(one.resolve("d"));
    Linux.mknod(one.resolve("fifo"), FileStat.FIFO | 0600, 0);
    assertThat(stack().read("/d", 10)).isEmpty();
    assertThat(stack().read("/fifo", 10)).isEmpty();
    assertThat(stack().read("/none", 10)).isEmpty();
    assertThat(stack().read("/f", 7)).isPresent();
    LayerStack stack = stack();
    assertThatThrownBy(() -> stack.read("/f", 6)).hasMessageContaining("more than the 6");
  }

  @Test
  void anEmptyStackHasARoot() throws IOException {
    assertThat(names("/")).isEmpty();
    assertThat(stack().resolve("/a/b")).isEqualTo("/a/b");
    assertThat(stack().find("/a")).isEmpty();
  }
}
