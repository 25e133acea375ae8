package dev.jbuild.engine.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringTokenizer;

/**
 * How this machine asks for names: {@code /etc/resolv.conf}.
 *
 * @param servers their addresses, in order
 * @param search domains
 */
record HostDns(List<String> servers, List<String> search, List<String> options) {
  private static final List<String> PUBLIC = List.of("8.8.8.8", "8.8.4.4");

  HostDns {
    servers = List.copyOf(servers);
    search = List.copyOf(search);
    options = List.copyOf(options);
  }

  static HostDns read(Path file) throws IOException {
    List<String> servers = new ArrayList<>();
    List<String> search = new ArrayList<>();
    List<String> options = new ArrayList<>();
    String text =
        Files.isReadable(file) ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8) : "";
    for (String line : text.split("\n", -1)) {
      StringTokenizer words = new StringTokenizer(line, " \t\r");
      String first = words.hasMoreTokens() ? words.nextToken() : "";
      List<String> rest = new ArrayList<>();
      while (words.hasMoreTokens()) {
        rest.add(words.nextToken());
      }
      switch (first) {
        case "nameserver" -> servers.addAll(rest.isEmpty() ? rest : rest.subList(0, 1));
        case "search", "domain" -> {
          // The last one counts.
          search.clear();
          search.addAll(rest);
        }
        case "options" -> options.addAll(rest);
        default -> {
          // Comments, and what only glibc knows.
        }
      }
    }
    return new HostDns(servers.isEmpty() ? PUBLIC : servers, search, options);
  }

  /** Containers can't reach any of the servers by themselves. */
  boolean onlyLocal() {
    for (String server : servers) {
      if (!isLocal(server)) {
        return false;
      }
    }
    return true;
  }

  static boolean isLocal(String server) {
    return server.startsWith("127.") || server.equals("::1");
  }
}
