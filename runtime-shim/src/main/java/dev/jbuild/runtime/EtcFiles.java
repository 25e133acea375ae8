package dev.jbuild.runtime;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The three files in {@code /etc} that come from outside the image. */
public record EtcFiles(Path resolvConf, Path hosts, Path hostname) {
  /** The lines of {@code /etc/hosts} that every container has. */
  public static final String LOCALHOST =
      """
      127.0.0.1\tlocalhost
      ::1\tlocalhost ip6-localhost ip6-loopback
      fe00::\tip6-localnet
      ff00::\tip6-mcastprefix
      ff02::1\tip6-allnodes
      ff02::2\tip6-allrouters
      """;

  private static final String PUBLIC_DNS = "nameserver 8.8.8.8\nnameserver 8.8.4.4\n";

  /**
   * Writes them into a folder.
   *
   * @param extraHosts {@code name:address} or {@code name=address} each, as in {@code --add-host}
   */
  public static EtcFiles write(
      Path folder, Network network, String hostname, List<String> extraHosts) throws IOException {
    return write(Path.of("/"), folder, network, hostname, extraHosts);
  }

  static EtcFiles write(
      Path host, Path folder, Network network, String hostname, List<String> extraHosts)
      throws IOException {
    boolean sharesHost = network instanceof Network.Host;
    String base = sharesHost ? readOr(host.resolve("etc/hosts"), LOCALHOST) : LOCALHOST;
    StringBuilder hosts = new StringBuilder(base);
    if (!base.endsWith("\n")) {
      hosts.append('\n');
    }
    for (String extra : extraHosts) {
      hosts.append(hostsLine(extra));
    }
    EtcFiles files = in(folder);
    Files.createDirectories(folder);
    Files.writeString(files.resolvConf, resolvConf(host, sharesHost));
    Files.writeString(files.hosts, hosts);
    Files.writeString(files.hostname, hostname.isEmpty() ? "" : hostname + "\n");
    return files;
  }

  /** Those that have been written into a folder. */
  public static EtcFiles in(Path folder) {
    return new EtcFiles(
        folder.resolve("resolv.conf"), folder.resolve("hosts"), folder.resolve("hostname"));
  }

  /** As read-only or writable bind mounts; no {@code /etc/hostname} when there is no name. */
  public List<SandboxMount> mounts(boolean readOnly) throws IOException {
    SandboxMount resolv = new SandboxMount.Bind(resolvConf, "/etc/resolv.conf", readOnly);
    SandboxMount names = new SandboxMount.Bind(hosts, "/etc/hosts", readOnly);
    if (Files.size(hostname) == 0) {
      return List.of(resolv, names);
    }
    return List.of(resolv, names, new SandboxMount.Bind(hostname, "/etc/hostname", readOnly));
  }

  /**
   * The host's own file; where systemd-resolved listens on the host's loopback, the one with its
   * upstream servers. In another network namespace loopback servers can't be reached and are left
   * out; when none is left, public ones stand in, as in Docker.
   */
  private static String resolvConf(Path host, boolean sharesHost) throws IOException {
    String text = readOr(host.resolve("etc/resolv.conf"), "");
    if (onlyResolved(text)) {
      text = readOr(host.resolve("run/systemd/resolve/resolv.conf"), text);
    }
    if (sharesHost) {
      return text;
    }
    StringBuilder kept = new StringBuilder();
    boolean served = false;
    for (String line : text.lines().toList()) {
      String server = nameserver(line);
      if (!server.isEmpty() && isLoopback(server)) {
        continue;
      }
      served |= !server.isEmpty();
      kept.append(line).append('\n');
    }
    return served ? kept.toString() : kept + PUBLIC_DNS;
  }

  private static boolean onlyResolved(String text) {
    boolean any = false;
    for (String line : text.lines().toList()) {
      String server = nameserver(line);
      if (!server.isEmpty()) {
        if (!server.equals("127.0.0.53")) {
          return false;
        }
        any = true;
      }
    }
    return any;
  }

  private static String nameserver(String line) {
    String trimmed = line.strip();
    if (!trimmed.startsWith("nameserver") || trimmed.length() < 12) {
      return "";
    }
    return trimmed.substring("nameserver".length()).strip();
  }

  private static boolean isLoopback(String server) {
    return server.startsWith("127.") || server.equals("::1");
  }

  private static String hostsLine(String extra) {
    int cut = extra.indexOf('=');
    if (cut < 0) {
      cut = extra.indexOf(':');
    }
    if (cut <= 0 || cut == extra.length() - 1) {
      throw new IllegalArgumentException(
          "bad format for add-host: \"" + extra + "\" (e.g. db:10.0.0.2)");
    }
    String address = extra.substring(cut + 1);
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    return address + "\t" + extra.substring(0, cut) + "\n";
  }

  private static String readOr(Path file, String otherwise) throws IOException {
    if (!Files.isReadable(file)) {
      return otherwise;
    }
    // Not readString: a stray byte in somebody's comment must not stop a build.
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }
}
