package dev.jbuild.fetch;

import dev.jbuild.cache.StepRecords;
import dev.jbuild.linux.Dir;
import dev.jbuild.linux.Linux;
import dev.jbuild.linux.OpenFile;
import dev.jbuild.oci.Digest;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Commits of Git repositories as folders, {@code git/HEX} each, made by the machine's own git: the
 * next build that wants the same commit asks the server for nothing but its name.
 */
public final class GitCheckouts {
  private static final int COMMIT_DIGITS = 40;
  private static final long PAUSE_MILLIS = 20;

  private final Store store;
  private final Optional<String> authorization;
  private final Optional<Path> agent;

  /**
   * @param authorization of HTTP requests, the header's value
   * @param agent an SSH agent's socket
   */
  public GitCheckouts(Store store, Optional<String> authorization, Optional<Path> agent) {
    this.store = store;
    this.authorization = authorization;
    this.agent = agent;
  }

  /**
   * A commit's files.
   *
   * @param seconds when it was committed
   */
  public record Checkout(Path folder, String commit, long seconds) {}

  /** The basic authorization that hosting services take a token in. */
  public static String basic(String token) {
    return "basic "
        + Base64.getEncoder()
            .encodeToString(("x-access-token:" + token).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks out what an address names.
   *
   * @param checksum the commit that it must be, or its beginning
   * @throws FetchException when git says no, or is not there
   */
  public Checkout checkout(GitAddress address, Optional<String> checksum, boolean keepGitDir)
      throws IOException, InterruptedException {
    String commit = resolve(address);
    if (checksum.isPresent() && !commit.startsWith(checksum.get())) {
      throw new FetchException("expected checksum to match " + checksum.get() + ", got " + commit);
    }
    String identity =
        address.remote() + "\n" + commit + "\n" + keepGitDir + "\n" + address.submodules();
    Path place = store.root().resolve("git").resolve(Digest.sha256(identity).hex());
    Files.createDirectories(place);
    Path tree = place.resolve("tree");
    try (OpenFile lock = Dir.HERE.lockFile(place.resolve("lock").toString())) {
      while (!lock.lock(true, false)) {
        Thread.sleep(PAUSE_MILLIS);
      }
      if (!Files.isDirectory(tree)) {
        make(address, commit, keepGitDir, place, tree);
      }
      StepRecords.use(place.resolve("lock"));
    }
    long seconds = Long.parseLong(Files.readString(place.resolve("time")).strip());
    Path folder = address.subdir().isEmpty() ? tree : tree.resolve(relative(address.subdir()));
    if (!folder.normalize().startsWith(tree) || !Files.isDirectory(folder)) {
      throw new FetchException(
          "invalid subdir " + address.subdir() + ": there is no such folder in " + commit);
    }
    return new Checkout(folder, commit, seconds);
  }

  private static String relative(String path) {
    String plain = path;
    while (plain.startsWith("/")) {
      plain = plain.substring(1);
    }
    return plain;
  }

  private String resolve(GitAddress address) throws IOException, InterruptedException {
    String ref = address.ref();
    if (ref.startsWith("-")) {
      throw new FetchException("invalid Git reference: " + ref);
    }
    if (isCommit(ref)) {
      return ref;
    }
    String wanted = ref.isEmpty() ? "HEAD" : ref;
    String answer = git(Path.of("/"), "ls-remote", "--", address.remote(), wanted, wanted + "^{}");
    String tag = "";
    String branch = "";
    String exact = "";
    for (String line : answer.split("\n", -1)) {
      int tab = line.indexOf('\t');
      if (tab != COMMIT_DIGITS) {
        continue;
      }
      String name = line.substring(tab + 1);
      String commit = line.substring(0, tab);
      if (name.equals("refs/tags/" + wanted + "^{}") || name.equals(wanted + "^{}")) {
        return commit;
      } else if (name.equals(wanted)) {
        exact = commit;
      } else if (name.equals("refs/tags/" + wanted)) {
        tag = commit;
      } else if (name.equals("refs/heads/" + wanted)) {
        branch = commit;
      }
    }
    String found = !exact.isEmpty() ? exact : !branch.isEmpty() ? branch : tag;
    if (found.isEmpty()) {
      throw new FetchException(
          "repository " + address.remote() + " does not contain ref " + wanted);
    }
    return found;
  }

  private static boolean isCommit(String ref) {
    return ref.length() == COMMIT_DIGITS
        && ref.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f');
  }

  private void make(GitAddress address, String commit, boolean keepGitDir, Path place, Path tree)
      throws IOException, InterruptedException {
    Path fresh = place.resolve("fresh");
    Linux.deleteTree(fresh);
    Files.createDirectory(fresh);
    git(fresh, "init", "-q");
    git(fresh, "remote", "add", "origin", address.remote());
    try {
      git(fresh, "fetch", "-q", "--depth=1", "--no-tags", "origin", commit);
    } catch (FetchException _) {
      // not every server gives a commit that no name points at
      git(fresh, "fetch", "-q", "--tags", "origin");
    }
    git(fresh, "-c", "advice.detachedHead=false", "checkout", "-q", commit);
    if (address.submodules() && Files.exists(fresh.resolve(".gitmodules"))) {
      git(fresh, "submodule", "update", "-q", "--init", "--recursive", "--depth=1");
    }
    String time = git(fresh, "show", "-s", "--format=%ct", commit);
    Files.writeString(place.resolve("time"), time.strip() + "\n");
    if (!keepGitDir) {
      Linux.deleteTree(fresh.resolve(".git"));
    }
    Dir.HERE.rename(fresh.toString(), Dir.HERE, tree.toString());
  }

  private String git(Path folder, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("git"));
    if (authorization.isPresent()) {
      command.add("--config-env=http.extraheader=JBUILD_GIT_AUTHORIZATION");
    }
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("GIT_"));
    environment.put("GIT_TERMINAL_PROMPT", "0");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_SSH_COMMAND", "ssh -o StrictHostKeyChecking=accept-new");
    environment.put("LC_ALL", "C");
    authorization.ifPresent(
        a -> environment.put("JBUILD_GIT_AUTHORIZATION", "Authorization: " + a));
    agent.ifPresent(socket -> environment.put("SSH_AUTH_SOCK", socket.toString()));
    Path errors = Files.createTempFile(store.root().resolve("tmp"), "git", ".err");
    try {
      Process process = start(builder.redirectError(errors.toFile()));
      process.getOutputStream().close();
      String out;
      try {
        out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() == 0) {
          return out;
        }
      } finally {
        process.destroy();
      }
      throw new FetchException("git " + arguments[0] + " failed: " + reason(errors));
    } finally {
      Files.deleteIfExists(errors);
    }
  }

  /** What git said at the end, in one line: some of its reasons are two. */
  private static String reason(Path errors) throws IOException {
    List<String> said = new ArrayList<>();
    for (String line : Files.readAllLines(errors)) {
      if (!line.isBlank()) {
        said.add(line.strip());
      }
    }
    return said.isEmpty()
        ? "no reason given"
        : String.join(" ", said.subList(Math.max(0, said.size() - 2), said.size()));
  }

  private static Process start(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException _) {
      throw new FetchException("git is needed for this and was not found; install Debian's git");
    }
  }
}
