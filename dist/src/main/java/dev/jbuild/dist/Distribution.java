package dev.jbuild.dist;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is installed, as a tree of files. */
final class Distribution {
  /** Annotations and an empty jar. */
  private static final Set<String> NOT_NEEDED =
      Set.of("jspecify", "error_prone_annotations", "j2objc-annotations", "listenablefuture");

  private final Path checkout;
  private final Path target;

  Distribution(Path checkout, Path target) {
    this.checkout = checkout;
    this.target = target;
  }

  /**
   * As the archive has it.
   *
   * @return nothing when there is no compiler for the machine
   */
  Optional<Tree> tree(Machine machine, Path runtime, CommandLine line, ManPages pages)
      throws IOException, InterruptedException {
    Optional<Path> compiled = Optional.empty();
    if (machine.jmods().isPresent()) {
      compiled =
          new CrossCompiler(checkout, target.resolve("native-" + machine.name())).compile(machine);
      if (compiled.isEmpty()) {
        return Optional.empty();
      }
    }
    Path sources = checkout.resolve("dist/src/main");
    Scripts scripts = new Scripts(checkout);
    Tree tree = new Tree();
    tree.script("bin/jbuild", scripts.read(sources.resolve("sh/jbuild")));
    tree.script("bin/jbuild-warm", scripts.read(sources.resolve("sh/jbuild-warm")));
    tree.text("lib/launcher.sh", scripts.read(sources.resolve("sh/launcher.sh")));
    tree.folder("runtime", runtime);
    List<Path> jars = jars();
    for (Path jar : jars) {
      tree.file("lib/java/" + jar.getFileName(), jar);
    }
    if (compiled.isPresent()) {
      String tiny = "tiny-" + machine.name();
      byte[] content = Files.readAllBytes(compiled.get().resolve(tiny));
      tree.bytes(
          "lib/java/jbuild-" + tiny + ".jar",
          CrossCompiler.jar("dev/jbuild/runtime/" + tiny, content),
          0644);
    }
    tree.bytes("lib/shim", code(compiled, "runtime/shim-" + machine.name()), 0755);
    tree.bytes("lib/calls.so", code(compiled, "linux/calls-" + machine.name() + ".so"), 0644);
    tree.bytes("lib/libzstd-jni.so", NativeCode.library(zstd(), machine.zstd()), 0644);
    tree.text("share/bash-completion/completions/jbuild", new BashCompletion(line).text());
    tree.text("share/zsh/site-functions/_jbuild", new ZshCompletion(line).text());
    tree.text("share/fish/vendor_completions.d/jbuild.fish", new FishCompletion(line).text());
    pages.pages().forEach((name, text) -> tree.text("share/man/man1/" + name, text));
    // there is no musl for another machine
    documents(tree, sources, jars, compiled.isPresent() ? "glibc" : "musl");
    return Optional.of(tree);
  }

  private void documents(Tree tree, Path sources, List<Path> jars, String libc) throws IOException {
    String folder = "share/doc/jbuild/";
    tree.file(folder + "apparmor-profile", sources.resolve("files/apparmor-profile"));
    tree.file(folder + "INSTALL.md", sources.resolve("files/INSTALL.md"));
    for (String name : List.of("README.md", "CHANGELOG.md", "LICENSE")) {
      tree.file(folder + name, checkout.resolve(name));
    }
    new Licences(sources.resolve("licences")).add(tree, folder + "licences", jars);
    // what is inside of our own files
    for (String name : List.of("picocli", libc)) {
      tree.file(
          folder + "licences/" + name + "/LICENSE.txt",
          sources.resolve("licences").resolve(name + ".txt"));
    }
  }

  /** The class path, as libraries are published but for the native code. */
  List<Path> jars() throws IOException {
    List<Path> jars = new ArrayList<>();
    for (Path jar : classPath()) {
      if (jar.equals(zstd())) {
        Path folder = Files.createDirectories(target.resolve("jars"));
        jars.add(NativeCode.without(jar, folder));
      } else if (!NOT_NEEDED.contains(stem(jar))) {
        jars.add(jar);
      }
    }
    jars.sort(Comparator.comparing(jar -> jar.getFileName().toString()));
    return jars;
  }

  private static Path zstd() {
    return classPath().stream()
        .filter(jar -> stem(jar).equals("zstd-jni"))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no zstd-jni on the class path"));
  }

  private static List<Path> classPath() {
    List<Path> jars = new ArrayList<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (element.endsWith(".jar")) {
        jars.add(Path.of(element));
      }
    }
    return jars;
  }

  private static String stem(Path jar) {
    return jar.getFileName().toString().replaceFirst("-[0-9].*", "");
  }

  /** Of this machine's code the jars have a copy. */
  private static byte[] code(Optional<Path> compiled, String name) throws IOException {
    if (compiled.isPresent()) {
      return Files.readAllBytes(compiled.get().resolve(Path.of(name).getFileName()));
    }
    try (InputStream in = Distribution.class.getResourceAsStream("/dev/jbuild/" + name)) {
      if (in == null) {
        throw new IOException("no jar has " + name);
      }
      return in.readAllBytes();
    }
  }

  /**
   * Where and how Debian's policy has each file.
   *
   * @param changelog the package's own, as deb-changelog(5) has it
   */
  Tree asDebianHasIt(Tree tree, String changelog) throws IOException {
    Tree deb =
        tree.placed(path -> {
          if (path.startsWith("share/zsh/site-functions/")) {
            return path.replace("share/zsh/site-functions/", "usr/share/zsh/vendor-completions/");
          } else if (path.startsWith("share/man/")) {
            return "usr/" + path + ".gz";
          }
          return switch (path) {
            case "share/doc/jbuild/CHANGELOG.md" -> "usr/share/doc/jbuild/NEWS.gz";
            // its text is on every Debian
            case "share/doc/jbuild/LICENSE", "share/doc/jbuild/INSTALL.md" -> "";
            default -> path.startsWith("share/") ? "usr/" + path : "usr/lib/jbuild/" + path;
          };
        });
    Path own = checkout.resolve("dist/src/main/deb");
    deb.file("usr/share/doc/jbuild/copyright", own.resolve("copyright"));
    deb.file("usr/share/lintian/overrides/jbuild", own.resolve("lintian-overrides"));
    deb.text("usr/share/doc/jbuild/changelog.gz", changelog);
    return deb.link("usr/bin/jbuild", "../lib/jbuild/bin/jbuild").compressed();
  }
}
