package dev.jbuild.dist;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code Main CHECKOUT TARGET VERSION TIME [JDK]}: makes the archives and the packages in TARGET,
 * for this machine and, with a JDK for aarch64, for that one.
 */
public final class Main {
  private final Path checkout;
  private final Path target;
  private final String version;
  private final Instant time;

  private Main(Path checkout, Path target, String version, Instant time) {
    this.checkout = checkout;
    this.target = target;
    this.version = version;
    this.time = time;
  }

  /** Makes those that are not of the same inputs already. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Main main =
        new Main(
            Path.of(args[0]).toAbsolutePath().normalize(),
            Path.of(args[1]).toAbsolutePath(),
            args[2],
            Instant.parse(args[3]));
    Files.writeString(main.target.resolve("class.path"), System.getProperty("java.class.path"));
    main.make(Machine.x86());
    if (args.length > 4 && !args[4].isBlank()) {
      main.make(Machine.arm(Path.of(args[4])));
    }
  }

  private void make(Machine machine) throws IOException, InterruptedException {
    Path own = target.resolve("runtime-" + Machine.x86().name());
    Path runtime = target.resolve("runtime-" + machine.name());
    JavaRuntime.link(runtime, machine);
    Distribution distribution = new Distribution(checkout, target);
    CommandLine line = CommandLine.parse(help(own, distribution.jars()));
    Optional<Tree> tree = distribution.tree(machine, runtime, line, new ManPages(line, time));
    if (tree.isPresent()) {
      write(distribution, tree.get(), machine);
    } else {
      System.err.println(
          "no archive for "
              + machine.name()
              + ": install gcc-aarch64-linux-gnu and libc6-dev-arm64-cross");
    }
  }

  private void write(Distribution distribution, Tree tree, Machine machine) throws IOException {
    Path archive = target.resolve("jbuild-" + version + "-linux-" + machine.name() + ".tar.gz");
    // a snapshot sorts before its release
    String debian = version.replace("-SNAPSHOT", "~SNAPSHOT");
    Path deb = target.resolve("jbuild_" + debian + "_" + machine.debian() + ".deb");
    Path stamp = target.resolve("archive-" + machine.name() + ".of");
    String inputs = digest(tree);
    if (Files.exists(archive)
        && Files.exists(deb)
        && Files.exists(stamp)
        && Files.readString(stamp).equals(inputs)) {
      return;
    }
    Files.deleteIfExists(stamp);
    Path part = target.resolve("archive.part");
    try (OutputStream out = Files.newOutputStream(part)) {
      new TarGz(time).write(tree, "jbuild-" + version + "/", out);
    }
    Files.move(part, archive, StandardCopyOption.REPLACE_EXISTING);
    DebPackage debPackage = new DebPackage(time, debian, machine.debian());
    Tree installed = distribution.asDebianHasIt(tree, debPackage.changelog());
    debPackage.write(installed, debControl(), deb);
    Files.writeString(stamp, inputs);
  }

  /** Asked from the very runtime and jars that go into the archive. */
  private static String help(Path runtime, List<Path> jars)
      throws IOException, InterruptedException {
    String java = runtime.resolve("bin/java").toString();
    String classPath = String.join(File.pathSeparator, jars.stream().map(Path::toString).toList());
    List<String> flags = List.of(java, "-XX:TieredStopAtLevel=1", "-Xlog:disable");
    List<String> call =
        List.of("-cp", classPath, "dev.jbuild.cli.Main", "help", "--format", "json");
    return Processes.output(Stream.concat(flags.stream(), call.stream()).toList());
  }

  private Tree debControl() throws IOException {
    Path sources = checkout.resolve("dist/src/main/deb");
    Tree control = new Tree();
    for (String script : List.of("postinst", "prerm")) {
      control.script(script, Files.readString(sources.resolve(script)));
    }
    return control;
  }

  /** Over what goes into the archives and the program that makes them. */
  private String digest(Tree tree) throws IOException {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
        for (var each : tree.items().entrySet()) {
          String kind = each.getKey() + "\0" + each.getValue().getClass() + "\0";
          out.write(kind.getBytes(StandardCharsets.UTF_8));
          try (InputStream in = Tree.open(each.getValue())) {
            in.transferTo(out);
          }
        }
        out.write((version + time).getBytes(StandardCharsets.UTF_8));
        for (Path folder :
            List.of(target.resolve("classes"), checkout.resolve("dist/src/main/deb"))) {
          try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
              Files.copy(file, out);
            }
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }
}
