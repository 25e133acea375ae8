package dev.jbuild.cli;

import dev.jbuild.cli.format.Sizes;
import dev.jbuild.cli.format.Template;
import dev.jbuild.engine.container.Container;
import dev.jbuild.engine.container.ContainerState;
import dev.jbuild.oci.Json;
import dev.jbuild.session.UserSession;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The store and the machine at a glance; keys and order are those of {@code docker info}. */
final class InfoVerb implements Verb {
  private final String name;

  InfoVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return new Syntax(name, "", "Show the store and the machine")
        .value("-f --format", "template", "\"json\" or a Go template, e.g. '{{.NCPU}}'")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Json.Obj info = machine(things(session));
    Optional<String> format = arguments.value("--format");
    String text =
        format.isEmpty()
            ? people(info)
            : format.get().equals("json")
                ? info.compact()
                : Template.parse(format.get()).render(info);
    session.out().print(text.endsWith("\n") ? text : text + "\n");
    return 0;
  }

  private static Json.Obj things(Session session) throws IOException {
    int running = 0;
    int paused = 0;
    int all = 0;
    for (Container container : session.parts().containers().all()) {
      ContainerState state = container.state();
      all++;
      paused += state.status().equals("paused") ? 1 : 0;
      running += state.running() && !state.status().equals("paused") ? 1 : 0;
    }
    long images = StoredImage.all(session).stream().map(StoredImage::id).distinct().count();
    return Json.obj()
        .with("Containers", all)
        .with("ContainersRunning", running)
        .with("ContainersPaused", paused)
        .with("ContainersStopped", all - running - paused)
        .with("Images", images)
        .with("Driver", "overlay")
        .with("ServerVersion", VersionVerb.version())
        .with("JavaVersion", System.getProperty("java.version", ""))
        .with("DockerRootDir", session.parts().root().toString());
  }

  private static Json.Obj machine(Json.Obj info) throws IOException {
    return info.with("CgroupDriver", "cgroupfs")
        .with("CgroupVersion", cgroups())
        .with("LoggingDriver", "json-file")
        .with("DefaultRuntime", "jbuild")
        .with("Swarm", Json.obj().with("LocalNodeState", "inactive"))
        .with("SecurityOptions", Json.texts(security()))
        .with("KernelVersion", System.getProperty("os.version", ""))
        .with("OperatingSystem", distribution())
        .with("OSType", "linux")
        .with("Architecture", architecture())
        .with("NCPU", Runtime.getRuntime().availableProcessors())
        .with("MemTotal", memory())
        .with("Name", firstLine("/proc/sys/kernel/hostname"));
  }

  /** As Docker has them: scripts look for {@code rootless}. */
  private static List<String> security() {
    String seccomp = "name=seccomp,profile=builtin";
    return System.getenv(UserSession.VARIABLE) == null
        ? List.of(seccomp)
        : List.of(seccomp, "name=rootless");
  }

  private static String people(Json.Obj info) {
    StringBuilder text = new StringBuilder();
    line(text, "", "Containers", number(info, "Containers"));
    line(text, " ", "Running", number(info, "ContainersRunning"));
    line(text, " ", "Paused", number(info, "ContainersPaused"));
    line(text, " ", "Stopped", number(info, "ContainersStopped"));
    line(text, "", "Images", number(info, "Images"));
    line(text, "", "Version", word(info, "ServerVersion"));
    line(text, "", "Java", word(info, "JavaVersion"));
    line(text, "", "Storage Driver", word(info, "Driver"));
    line(text, "", "Cgroup Version", word(info, "CgroupVersion"));
    text.append("Security Options:\n");
    for (String option : info.texts("SecurityOptions")) {
      text.append(' ').append(option.substring("name=".length()).split(",", 2)[0]).append('\n');
    }
    line(text, "", "Kernel Version", word(info, "KernelVersion"));
    line(text, "", "Operating System", word(info, "OperatingSystem"));
    line(text, "", "OSType", word(info, "OSType"));
    line(text, "", "Architecture", word(info, "Architecture"));
    line(text, "", "CPUs", number(info, "NCPU"));
    line(text, "", "Total Memory", Sizes.binary(info.number("MemTotal").orElse(0L)));
    line(text, "", "Name", word(info, "Name"));
    line(text, "", "Root Dir", word(info, "DockerRootDir"));
    return text.toString();
  }

  private static void line(StringBuilder text, String indent, String title, String value) {
    text.append(indent).append(title).append(": ").append(value).append('\n');
  }

  private static String word(Json.Obj info, String name) {
    return info.text(name).orElse("");
  }

  private static String number(Json.Obj info, String name) {
    return Long.toString(info.number(name).orElse(0L));
  }

  private static String cgroups() {
    if (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
      return "2";
    }
    return Files.isDirectory(Path.of("/sys/fs/cgroup")) ? "1" : "none";
  }

  private static String architecture() {
    String java = System.getProperty("os.arch", "");
    return java.equals("amd64") ? "x86_64" : java;
  }

  private static String distribution() throws IOException {
    Path file = Path.of("/etc/os-release");
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        if (line.startsWith("PRETTY_NAME=")) {
          return line.substring("PRETTY_NAME=".length()).replace("\"", "");
        }
      }
    }
    return "Linux";
  }

  /** Memory of the machine, in bytes (proc_meminfo(5)). */
  private static long memory() throws IOException {
    String total = firstLine("/proc/meminfo").replaceAll("[^0-9]", "");
    return total.isEmpty() ? 0 : Long.parseLong(total) * 1024;
  }

  private static String firstLine(String file) throws IOException {
    String text = Files.readString(Path.of(file), StandardCharsets.UTF_8);
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
