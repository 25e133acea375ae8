package dev.jbuild.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GitCheckoutsTest {
  @TempDir Path temp;

  private Path repository() {
    return temp.resolve("repo");
  }

  private GitCheckouts.Checkout checkout(
      GitAddress address, Optional<String> checksum, boolean keepGitDir) throws Exception {
    return new GitCheckouts(Store.open(temp.resolve("store")), Optional.empty(), Optional.empty())
        .checkout(address, checksum, keepGitDir);
  }

  @BeforeEach
  void makeRepository() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/git")), "needs git");
    Files.createDirectories(repository().resolve("sub"));
    Files.writeString(repository().resolve("file"), "one\n");
    Files.writeString(repository().resolve("sub/inner"), "two\n");
    git("init", "-q", "-b", "main");
    git("add", "-A");
    git("commit", "-q", "-m", "first");
    git("tag", "-a", "v1", "-m", "release");
    Files.writeString(repository().resolve("file"), "changed\n");
    git("commit", "-q", "-a", "-m", "second");
  }

  private void git(String... arguments) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "user.name=n", "-c", "user.email=e@example.com"));
    command.addAll(Arrays.asList(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(repository().toFile())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  private GitAddress address(String ref, String subdir) {
    return new GitAddress(
        repository().toString(), ref, subdir, Optional.empty(), Optional.empty(), true);
  }

  @Test
  void aReferenceThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> checkout(address("none", ""), Optional.empty(), false))
        .isInstanceOf(FetchException.class)
        .hasMessageEndingWith("does not contain ref none");
  }

  @Test
  void anotherCommitThanExpectedIsRefused() {
    assertThatThrownBy(() -> checkout(address("v1", ""), Optional.of("0000"), false))
        .hasMessageStartingWith("expected checksum to match 0000, got ");
  }

  @Test
  void aSubfolderOutsideIsRefused() {
    assertThatThrownBy(() -> checkout(address("", "../.."), Optional.empty(), false))
        .hasMessageContaining("invalid subdir");
  }

  @Test
  void anOptionInPlaceOfAReferenceIsRefused() {
    assertThatThrownBy(() -> checkout(address("--upload-pack=x", ""), Optional.empty(), false))
        .hasMessageContaining("invalid Git reference");
  }

  @Test
  void tagsBranchesAndSubfoldersAreCheckedOutWithoutHistory() throws Exception {
    Path tag = checkout(address("v1", ""), Optional.empty(), false).folder();
    Path branch = checkout(address("main", ""), Optional.empty(), false).folder();
    Path sub = checkout(address("", "sub"), Optional.empty(), false).folder();

    assertThat(tag.resolve("file")).hasContent("one");
    assertThat(tag.resolve(".git")).doesNotExist();
    assertThat(branch.resolve("file")).hasContent("changed");
    assertThat(sub.resolve("inner")).hasContent("two");
  }

  @Test
  void historyIsKeptWhenAskedFor() throws Exception {
    Path folder = checkout(address("v1", ""), Optional.empty(), true).folder();

    assertThat(folder.resolve(".git")).isDirectory();
  }
}
