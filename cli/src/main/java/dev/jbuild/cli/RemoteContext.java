package dev.jbuild.cli;

import dev.jbuild.fetch.FetchException;
import dev.jbuild.fetch.GitAddress;
import dev.jbuild.fetch.GitCheckouts;
import dev.jbuild.fetch.HttpFiles;
import dev.jbuild.layer.ArchiveTimes;
import dev.jbuild.layer.Compression;
import dev.jbuild.layer.Draft;
import dev.jbuild.snapshot.LayerStack;
import dev.jbuild.store.Lease;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A context that is no folder yet: a Dockerfile or an archive on standard input or at an HTTP
 * address, or a Git repository. What was unpacked goes when this is closed. Ignore files of such
 * contexts mean nothing, as in BuildKit.
 */
final class RemoteContext implements AutoCloseable {
  private final Composition parts;
  private final Map<String, String> environment;
  private @Nullable Lease lease;
  private @Nullable Draft draft;

  RemoteContext(Composition parts, Map<String, String> environment) {
    this.parts = parts;
    this.environment = environment;
  }

  /** Tells whether a context has to be fetched or unpacked first. */
  static boolean is(String context) {
    return context.equals("-") || isHttp(context) || git(context).isPresent();
  }

  private static boolean isHttp(String context) {
    return context.startsWith("http://") || context.startsWith("https://");
  }

  private static Optional<GitAddress> git(String context) {
    boolean familiar = context.startsWith("github.com/") && !Files.exists(Path.of(context));
    return GitAddress.parse(familiar ? gitSuffix("https://" + context) : context);
  }

  private static String gitSuffix(String address) {
    int end = address.indexOf('#') < 0 ? address.length() : address.indexOf('#');
    String remote = address.substring(0, end);
    return (remote.endsWith(".git") ? remote : remote + ".git") + address.substring(end);
  }

  /**
   * Fetches the context.
   *
   * @throws CommandException when it cannot be had, or has no Dockerfile
   */
  BuildInput read(BuildOptions options, InputStream in) throws IOException, InterruptedException {
    String context = options.context();
    try {
      if (context.equals("-")) {
        return standardInput(options.file(), new BufferedInputStream(in, 1 << 16));
      }
      Optional<GitAddress> git = git(context);
      return git.isPresent() ? repository(git.get(), options) : file(context, options);
    } catch (FetchException e) {
      throw new CommandException("ERROR: failed to load the context: " + e.getMessage(), 1);
    }
  }

  private BuildInput standardInput(Optional<String> file, InputStream in) throws IOException {
    if (file.isPresent() && file.get().equals("-")) {
      throw new UsageException("can't use stdin for both the context and the Dockerfile");
    }
    in.mark(BuildInput.ENOUGH_TO_TELL);
    byte[] start = in.readNBytes(BuildInput.ENOUGH_TO_TELL);
    in.reset();
    if (BuildInput.isArchive(start)) {
      return BuildInput.in(unpack(in), file, OptionalLong.empty());
    }
    if (file.isPresent()) {
      throw new UsageException(
          "-f needs a context folder; on stdin (\"-\") comes a Dockerfile, without files to copy");
    }
    return BuildInput.alone(in, "stdin");
  }

  private BuildInput repository(GitAddress address, BuildOptions options)
      throws IOException, InterruptedException {
    boolean keep =
        options.arguments().getOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR", "").equals("1")
            || options.arguments().getOrDefault("BUILDKIT_CONTEXT_KEEP_GIT_DIR", "").equals("true");
    GitCheckouts.Checkout checkout =
        new GitCheckouts(parts.store(), gitToken(), agent())
            .checkout(address, address.checksum(), address.keepGitDir().orElse(keep));
    return BuildInput.in(checkout.folder(), options.file(), OptionalLong.of(checkout.seconds()));
  }

  /** As buildx does, the usual variable is asked for a token. */
  private Optional<String> gitToken() {
    return Optional.ofNullable(environment.get("GIT_AUTH_TOKEN")).map(GitCheckouts::basic);
  }

  private Optional<Path> agent() {
    return Optional.ofNullable(environment.get("SSH_AUTH_SOCK")).map(Path::of);
  }

  private BuildInput file(String address, BuildOptions options) throws IOException {
    HttpFiles.Fetched fetched =
        new HttpFiles(parts.store(), environment)
            .fetch(address, Optional.empty(), Optional.empty());
    try (InputStream in = Files.newInputStream(fetched.file())) {
      if (!Compression.looksLikeTar(fetched.file())) {
        return BuildInput.alone(in, address);
      }
      OptionalLong newest = ArchiveTimes.newest(fetched.file());
      long modified = fetched.modified().orElse(Instant.EPOCH).getEpochSecond();
      return BuildInput.in(
          unpack(in), options.file(), newest.isPresent() ? newest : OptionalLong.of(modified));
    }
  }

  private Path unpack(InputStream archive) throws IOException {
    Lease own = parts.store().lease();
    lease = own;
    Draft folder = parts.layers().draft(own.id());
    draft = folder;
    parts
        .layers()
        .extractArchive(
            folder, new LayerStack(List.of()), "/", archive, Optional.of(new int[] {0, 0}));
    return folder.fs();
  }

  @Override
  public void close() {
    if (draft != null) {
      draft.close();
    }
    if (lease != null) {
      lease.close();
    }
  }
}
