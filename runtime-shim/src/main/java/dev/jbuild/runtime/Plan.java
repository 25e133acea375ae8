package dev.jbuild.runtime;

import dev.jbuild.session.UserSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * From what is wanted to the steps of the shim: all that is Docker's policy is here. Mounts, masks
 * and read-only paths are those of moby's default OCI spec (runtime-spec, config-linux.md).
 */
final class Plan {
  // Nowhere here a switch over types: every start of the JVM makes it anew, in 1 to 3 ms, and every
  // RUN and every container comes this way (docs/adr/0010).
  private static final int RDONLY = 1; // MOUNT_ATTR_…, linux/mount.h
  private static final int NOSUID = 2;
  private static final int NODEV = 4;
  private static final int NOEXEC = 8;
  private static final int STRICTATIME = 0x20;
  private static final int STRICT = 1; // flags of mounts, shim.h
  private static final int SHARED = 1 << 1;
  private static final int SLAVE = 1 << 2;
  private static final int USERNS = 1 << 3;
  private static final int OR_BIND = 1 << 4;

  private static final int FLAG_VOLATILE = 1;
  private static final int FLAG_READ_ONLY = 1 << 1;
  private static final int FLAG_NEW_NET = 1 << 2;
  private static final int FLAG_NO_NEW_PRIVS = 1 << 3;
  private static final int FLAG_DEVICES = 1 << 4;
  static final int FLAG_TTY = 1 << 5;
  static final int FLAG_STDIN = 1 << 6;
  private static final int FLAG_INIT = 1 << 7;

  /** Makes the shim mount the overlay as on kernels before 6.5, for tests. */
  static final int FLAG_OLD_OVERLAY = 1 << 8;

  private static final int FLAG_ANY_COMMAND = 1 << 10;
  private static final int FLAG_USERNS = 1 << 11;
  private static final int FLAG_OWN_SOCKETS = 1 << 12;
  private static final int FLAG_SHARED_PROC = 1 << 13;

  /** Of a process in an ordinary user's session. */
  private static final @Nullable String USER_SESSION = System.getenv(UserSession.VARIABLE);

  /** To an ordinary user, in a container or beside a namespace that is the machine's. */
  private static final List<String> MAY_BE_REFUSED = List.of("proc", "sysfs", "mqueue");

  private static final String[] DEVICES = {"null", "zero", "full", "random", "urandom", "tty"};
  private static final String[][] LINKS = {
    {"/proc/self/fd", "/dev/fd"},
    {"/proc/self/fd/0", "/dev/stdin"},
    {"/proc/self/fd/1", "/dev/stdout"},
    {"/proc/self/fd/2", "/dev/stderr"},
    {"/proc/kcore", "/dev/core"},
    {"pts/ptmx", "/dev/ptmx"},
  };

  private final Sandbox sandbox;
  private final Isolation isolation;
  private final PlanWriter out = new PlanWriter();
  private final Set<String> targets = new HashSet<>();

  private Plan(Sandbox sandbox) {
    this.sandbox = sandbox;
    this.isolation = sandbox.isolation();
  }

  /** For a build step: output to pipes, nothing on stdin. */
  static byte[] of(Sandbox sandbox) {
    return of(sandbox, 0);
  }

  static byte[] of(Sandbox sandbox, boolean tty, boolean stdin) {
    return of(sandbox, (tty ? FLAG_TTY : 0) | (stdin ? FLAG_STDIN : 0));
  }

  static byte[] of(Sandbox sandbox, int extraFlags) {
    return of(sandbox, Supervision.NONE, extraFlags);
  }

  static byte[] of(Sandbox sandbox, Supervision supervision, int extraFlags) {
    Plan plan = new Plan(sandbox);
    plan.root();
    plan.command();
    plan.isolation(extraFlags);
    plan.mounts(supervision);
    plan.supervision(supervision);
    return plan.out.toBytes();
  }

  /**
   * For one more command in a sandbox that runs: its walls are there, its words come with the call.
   */
  static byte[] ofExec(Beside beside) {
    Plan plan =
        new Plan(
            new Sandbox(
                new RootFs.ReadOnly(List.of()), List.of(), beside.command(), beside.isolation()));
    plan.surroundings();
    plan.isolation(
        FLAG_ANY_COMMAND
            | (beside.mode().tty() ? FLAG_TTY : 0)
            | (beside.mode().stdin() ? FLAG_STDIN : 0));
    beside.cgroups().forEach(folder -> plan.out.text('G', absolute(folder)));
    beside.options().forEach((name, value) -> plan.out.text('P', name + "=" + value));
    return plan.out.toBytes();
  }

  private void supervision(Supervision wanted) {
    wanted.options().forEach((name, value) -> out.text('P', name + "=" + value));
    wanted.volumes().forEach(folder -> out.text('P', "volume=" + absolute(folder)));
    wanted.health().forEach(word -> out.text('h', word));
    wanted.cgroups().forEach(folder -> out.text('G', absolute(folder)));
    wanted.joins().forEach((name, file) -> out.text('J', name + "=" + file));
  }

  private void root() {
    for (Path lower : once(sandbox.root().lowers())) {
      out.text('L', absolute(lower));
    }
    if (sandbox.root() instanceof RootFs.Overlay overlay) {
      out.text('U', absolute(overlay.upper()));
      out.text('W', absolute(overlay.work()));
      overlay.stubs().ifPresent(stubs -> out.text('B', absolute(stubs)));
    }
  }

  /**
   * Two COPYs of the same files are one folder twice, and the kernel takes a folder once. What lies
   * on top is all that the lower one would show.
   */
  private static List<Path> once(List<Path> lowers) {
    Set<Path> different = new LinkedHashSet<>(lowers.reversed());
    return different.size() == lowers.size() ? lowers : new ArrayList<>(different).reversed();
  }

  private void command() {
    sandbox.command().argv().forEach(word -> out.text('A', word));
    surroundings();
  }

  private void surroundings() {
    Command command = sandbox.command();
    command.env().forEach(entry -> out.text('E', entry));
    out.text('D', command.cwd());
    if (USER_SESSION != null) {
      mappedIds(command);
      return;
    }
    int[] ids = new int[2 + command.groups().size()];
    ids[0] = command.uid();
    ids[1] = command.gid();
    for (int i = 2; i < ids.length; i++) {
      ids[i] = command.groups().get(i - 2);
    }
    out.numbers('I', ids);
  }

  /** Of an ordinary user's ids: groups that are none of them would give no right to anything. */
  private void mappedIds(Command command) {
    UserSession session = UserSession.current().orElseThrow();
    if (!session.has(command.uid()) || !session.has(command.gid())) {
      throw new ShimException(
          "cannot run as %s:%s: %s"
              .formatted(
                  Integer.toUnsignedString(command.uid()),
                  Integer.toUnsignedString(command.gid()),
                  session.remedy()));
    }
    List<Integer> ids = new ArrayList<>(List.of(command.uid(), command.gid()));
    if (session.ids() > 1) {
      command.groups().stream().filter(session::has).forEach(ids::add);
    }
    out.numbers('I', ids.stream().mapToInt(Integer::intValue).toArray());
  }

  private void isolation(int extraFlags) {
    int flags = extraFlags | (USER_SESSION != null ? FLAG_USERNS : 0);
    flags |= "shared".equals(System.getenv("JBUILD_PROC")) ? FLAG_SHARED_PROC : 0;
    if (sandbox.root() instanceof RootFs.Overlay overlay && overlay.volatileUpper()) {
      flags |= FLAG_VOLATILE;
    }
    flags |= isolation.readOnlyRoot() ? FLAG_READ_ONLY : 0;
    flags |= isolation.noNewPrivileges() ? FLAG_NO_NEW_PRIVS : 0;
    flags |= isolation.privileged() ? FLAG_DEVICES : 0;
    flags |= isolation.init() ? FLAG_INIT : 0;
    if (isolation.network() instanceof Network.None) {
      flags |= FLAG_NEW_NET;
    } else if (isolation.network() instanceof Network.Namespace(Path file)) {
      out.text('N', absolute(file));
    } else if (isolation.network() instanceof Network.Host host && !host.sockets()) {
      flags |= FLAG_OWN_SOCKETS;
    }
    out.numbers('F', flags);
    if (!isolation.hostname().isEmpty()) {
      out.text('H', isolation.hostname());
    }
    Set<String> held =
        Capabilities.held(
            isolation.privileged() ? Set.copyOf(Capabilities.all()) : isolation.capabilities());
    out.longs('C', Capabilities.mask(held));
    seccomp(held);
    for (Rlimit limit : isolation.rlimits()) {
      out.rlimit(Rlimits.number(limit.name()), limit.soft(), limit.hard());
    }
  }

  private void seccomp(Set<String> held) {
    if (isolation.privileged()) {
      return;
    }
    if (isolation.seccomp() instanceof Seccomp.Default) {
      out.bytes('S', Profiles.docker(held));
    } else if (isolation.seccomp() instanceof Seccomp.Program(byte[] bpf)) {
      out.bytes('S', bpf);
    }
  }

  private void mounts(Supervision supervision) {
    // As Docker sorts them, so that /a/b is mounted after /a, in whatever order they were given.
    List<SandboxMount> own = new ArrayList<>(sandbox.mounts());
    own.sort((a, b) -> Integer.compare(depth(target(a)), depth(target(b))));
    own.forEach(mount -> targets.add(target(mount)));
    system("/proc", "proc", "", NOSUID | NOEXEC | NODEV);
    if (!targets.contains("/dev")) {
      devices();
    }
    int sysAttrs = NOSUID | NOEXEC | NODEV | (isolation.privileged() ? 0 : RDONLY);
    system("/sys", "sysfs", "", sysAttrs);
    cgroups(supervision.cgroups());
    own.forEach(this::own);
    boolean ownNetwork =
        isolation.network() instanceof Network.None || supervision.options().containsKey("net");
    if (ownNetwork) {
      // A network namespace of its own: what Docker opens to everybody there.
      out.mount('s', 0, 0, "0", "/proc/sys/net/ipv4/ip_unprivileged_port_start");
      out.mount('s', 0, 0, "0 " + lastGroup(), "/proc/sys/net/ipv4/ping_group_range");
    }
    supervision
        .sysctls()
        .forEach(
            (name, value) -> out.mount('s', 0, 0, value, "/proc/sys/" + name.replace('.', '/')));
    if (!isolation.privileged()) {
      for (String path : Isolation.MASKED_PATHS) {
        out.mount('k', 0, 0, "", path);
      }
      for (String path : Isolation.READ_ONLY_PATHS) {
        out.mount('o', 0, 0, "", path);
      }
    }
  }

  private static long lastGroup() {
    return USER_SESSION == null ? Integer.MAX_VALUE : UserSession.current().orElseThrow().ids() - 1;
  }

  /** Its limits, where programs look for them: the JVM sizes its heap by what it finds there. */
  private void cgroups(List<Path> folders) {
    String top = "/sys/fs/cgroup";
    if (folders.isEmpty() || targets.contains("/sys") || targets.contains(top)) {
      return;
    }
    int attrs = RDONLY | NOSUID | NODEV | NOEXEC;
    if (Files.exists(folders.getFirst().resolve("memory.max"))) {
      out.mount('b', attrs, STRICT, absolute(folders.getFirst()), top);
      return;
    }
    boolean made = false;
    for (Path folder : folders) {
      Path host = Path.of(top);
      // The hierarchies of version 1; the unified one beside them limits nothing.
      if (folder.startsWith(host) && !Files.exists(folder.resolve("cgroup.controllers"))) {
        if (!made) {
          out.mount('f', NOSUID | NODEV | NOEXEC, STRICT, "tmpfs", top, "mode=755");
          made = true;
        }
        String name = host.relativize(folder).getName(0).toString();
        out.mount('b', attrs, STRICT, absolute(folder), top + "/" + name);
      }
    }
    if (made) {
      out.mount('o', 0, 0, "", top);
    }
  }

  private void devices() {
    int nodev = isolation.privileged() ? 0 : NODEV;
    system("/dev", "tmpfs", "mode=755,size=65536k", NOSUID | STRICTATIME | nodev);
    system(
        "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620" + ttyGroup(), NOSUID | NOEXEC);
    system("/dev/shm", "tmpfs", "mode=1777,size=" + isolation.shmSize(), NOSUID | NOEXEC | NODEV);
    system("/dev/mqueue", "mqueue", "", NOSUID | NOEXEC | NODEV);
    if (isolation.privileged() && USER_SESSION == null) {
      out.mount('d', 0, 0, "", "/dev");
    } else {
      for (String name : DEVICES) {
        out.mount('b', 0, 0, "/dev/" + name, "/dev/" + name);
      }
    }
    for (String[] link : LINKS) {
      out.mount('l', 0, 0, link);
    }
  }

  private void system(String target, String type, String options, int attrs) {
    if (!targets.contains(target)) {
      boolean orBind = USER_SESSION != null && MAY_BE_REFUSED.contains(type);
      out.mount('f', attrs, orBind ? STRICT | OR_BIND : STRICT, type, target, options);
    }
  }

  private static String ttyGroup() {
    boolean none = USER_SESSION != null && !UserSession.current().orElseThrow().has(5);
    return none ? "" : ",gid=5";
  }

  private void own(SandboxMount mount) {
    if (mount instanceof SandboxMount.Bind bind) {
      bind(bind);
    } else if (mount instanceof SandboxMount.Merged merged) {
      merged(merged);
    } else if (mount instanceof SandboxMount.Content content) {
      String options =
          content.uid()
              + " "
              + content.gid()
              + " "
              + content.mode()
              + " "
              + HexFormat.of().formatHex(content.bytes());
      out.mount('c', RDONLY, 0, "", target(mount), options);
    } else if (mount instanceof SandboxMount.Tmpfs tmpfs) {
      int attrs =
          (tmpfs.flags().contains("suid") ? 0 : NOSUID)
              | (tmpfs.flags().contains("dev") ? 0 : NODEV)
              | (tmpfs.flags().contains("noexec") ? NOEXEC : 0)
              | (tmpfs.flags().contains("ro") ? RDONLY : 0);
      out.mount('f', attrs, 0, "tmpfs", target(mount), tmpfs.options());
    } else {
      throw new IllegalArgumentException("no such mount: " + mount);
    }
  }

  private void bind(SandboxMount.Bind bind) {
    bind.ids().ifPresent(ids -> out.mount('i', 0, 0, ids.uids(), target(bind), ids.gids()));
    int attrs = bind.readOnly() ? RDONLY : 0;
    int spread =
        switch (bind.spread()) {
          case PRIVATE -> 0;
          case SHARED -> SHARED;
          case SLAVE -> SLAVE;
        };
    out.mount('b', attrs, spread, absolute(bind.source()), target(bind), bind.part());
  }

  private void merged(SandboxMount.Merged merged) {
    StringBuilder lowers = new StringBuilder();
    for (Path lower : once(merged.lowers()).reversed()) {
      String path = absolute(lower);
      if (path.indexOf('\n') >= 0) {
        throw new IllegalArgumentException("a folder with a line break can't be mounted: " + path);
      }
      lowers.append(lowers.isEmpty() ? "" : "\n").append(path);
    }
    String upper =
        merged.writable().map(w -> absolute(w.upper()) + "\n" + absolute(w.work())).orElse("");
    int attrs = merged.writable().isPresent() ? 0 : RDONLY;
    out.mount(
        'v', attrs, USER_SESSION == null ? 0 : USERNS, lowers.toString(), target(merged), upper);
  }

  private static String target(SandboxMount mount) {
    String path = Path.of(mount.target()).normalize().toString();
    if (path.equals("/")) {
      throw new IllegalArgumentException("invalid mount: the target can't be '/'");
    }
    return path;
  }

  private static int depth(String path) {
    int slashes = 0;
    for (int i = 0; i < path.length(); i++) {
      slashes += path.charAt(i) == '/' ? 1 : 0;
    }
    return slashes;
  }

  private static String absolute(Path path) {
    return path.toAbsolutePath().toString();
  }
}
