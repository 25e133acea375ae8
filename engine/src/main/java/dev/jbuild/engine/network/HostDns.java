package dev.jbuild.engine.network;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
      String[] words = line.strip().split("\\s+", -1);
      List<String> rest = List.of(words).subList(1, words.length);
      switch (words[0]) {
        case "nameserver" -> rest.stream().limit(1).forEach(servers::add);
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
    return servers.stream().allMatch(s -> s.startsWith("127.") || s.equals("::1"));
  }
}
