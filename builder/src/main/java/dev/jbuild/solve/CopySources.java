package dev.jbuild.solve;

import dev.jbuild.context.ContextTree;
import dev.jbuild.context.SourceTree;
import dev.jbuild.fetch.FetchException;
import dev.jbuild.fetch.FileTree;
import dev.jbuild.fetch.GitAddress;
import dev.jbuild.fetch.GitCheckouts;
import dev.jbuild.fetch.HttpFiles;
import dev.jbuild.oci.Digest;
import dev.jbuild.parser.CopyFlags;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.parser.Span;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the source words of a COPY or ADD name: paths of one tree, or addresses of ADD. */
final class CopySources {
  private final Surroundings around;
  private final Remote remote;
  private final Span span;
  private final boolean add;
  private final CopyFlags flags;
  private final List<CopyStep.Part> parts = new ArrayList<>();

  CopySources(Surroundings around, Remote remote, Span span, boolean add, CopyFlags flags) {
    this.around = around;
    this.remote = remote;
    this.span = span;
    this.add = add;
    this.flags = flags;
  }

  /** Where paths are looked up, for when there is one. */
  interface Local {
    SourceTree tree() throws IOException, InterruptedException;
  }

  /**
   * Fetches what has to be fetched.
   *
   * @param words expanded
   */
  List<CopyStep.Part> of(List<String> words, Local local) throws IOException, InterruptedException {
    checkChecksum(words);
    List<String> paths = new ArrayList<>();
    for (String word : words) {
      try {
        if (!remote(word)) {
          paths.add(word);
        }
      } catch (FetchException e) {
        throw new BuildException(span, String.valueOf(e.getMessage()));
      }
    }
    if (!paths.isEmpty()) {
      boolean unpack = add && flags.unpack().orElse(true);
      parts.add(new CopyStep.Part(local.tree(), paths, unpack));
    }
    return parts;
  }

  private void checkChecksum(List<String> words) {
    if (flags.checksum().isEmpty()) {
      return;
    }
    if (words.size() != 1) {
      throw new BuildException(span, "checksum can't be specified for multiple sources");
    }
    if (!isHttp(words.getFirst()) && GitAddress.parse(words.getFirst()).isEmpty()) {
      throw new BuildException(span, "checksum requires HTTP(S) or Git sources");
    }
  }

  private static boolean isHttp(String word) {
    String lower = word.toLowerCase(Locale.ROOT);
    return lower.startsWith("http://") || lower.startsWith("https://");
  }

  private boolean remote(String word) throws IOException, InterruptedException {
    Optional<GitAddress> git = GitAddress.parse(word);
    if (git.isPresent()) {
      refuseCopy("source can't be a git ref for COPY");
      git(git.get());
      return true;
    }
    if (isHttp(word)) {
      refuseCopy("source can't be a URL for COPY");
      http(word);
      return true;
    }
    return false;
  }

  private void refuseCopy(String message) {
    if (!add) {
      throw new BuildException(span, message);
    }
  }

  private void git(GitAddress address) throws IOException, InterruptedException {
    Optional<Boolean> flag = flags.keepGitDir();
    Optional<Boolean> asked = address.keepGitDir();
    if (flag.isPresent() && asked.isPresent() && !flag.equals(asked)) {
      throw new BuildException(span, "inconsistent keep-git-dir configuration");
    }
    Optional<String> one = flags.checksum();
    Optional<String> other = address.checksum();
    if (one.isPresent() && other.isPresent() && !one.equals(other)) {
      throw new BuildException(
          span, "checksum mismatch \"" + one.get() + "\" != \"" + other.get() + "\"");
    }
    GitCheckouts.Checkout checkout =
        remote.git(address, one.or(() -> other), asked.or(() -> flag).orElse(false));
    ContextTree tree =
        ContextTree.scan(around.shimBinary, checkout.folder(), IgnoreRules.parse(new byte[0]));
    parts.add(new CopyStep.Part(tree, List.of("/"), false));
  }

  private void http(String address) throws IOException {
    Optional<Digest> checksum;
    try {
      checksum = flags.checksum().map(Digest::parse);
    } catch (IllegalArgumentException e) {
      throw new BuildException(span, String.valueOf(e.getMessage()));
    }
    HttpFiles.Fetched fetched = remote.http(address, checksum);
    FileTree tree =
        new FileTree(fileName(address), fetched.file(), fetched.size(), fetched.modified());
    parts.add(new CopyStep.Part(tree, List.of(tree.word()), flags.unpack().orElse(false)));
  }

  /** The last part of the path, as BuildKit names what has none. */
  static String fileName(String address) {
    int scheme = address.indexOf("://") + 3;
    int end = address.length();
    for (char c : new char[] {'?', '#'}) {
      int at = address.indexOf(c);
      end = at < 0 ? end : Math.min(end, at);
    }
    int path = address.indexOf('/', scheme);
    String name = path < 0 || path > end ? "" : address.substring(path, end);
    while (name.endsWith("/")) {
      name = name.substring(0, name.length() - 1);
    }
    name =
        URLDecoder.decode(
            name.substring(name.lastIndexOf('/') + 1).replace("+", "%2B"), StandardCharsets.UTF_8);
    return name.isEmpty() || name.equals(".") || name.equals("..") || name.contains("/")
        ? "__unnamed__"
        : name;
  }
}
