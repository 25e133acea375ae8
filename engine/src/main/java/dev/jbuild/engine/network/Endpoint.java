package dev.jbuild.engine.network;

import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A container in a network, as its helper has written it down.
 *
 * @param called the container's name
 * @param mac e.g. {@code 02:42:ac:11:00:02}
 * @param names under which others find it
 */
record Endpoint(
    String container,
    String called,
    String address,
    int prefix,
    String gateway,
    String mac,
    List<String> names) {
  Endpoint {
    names = List.copyOf(names);
  }

  /** Reads the file that is called like the container; empty when there is none. */
  static Optional<Endpoint> read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    String[] found = {"", "", "0", "", ""};
    for (String line : text.split("\n", -1)) {
      int tab = line.indexOf('\t');
      String value = line.substring(tab + 1);
      switch (tab < 0 ? "" : line.substring(0, tab)) {
        case "called" -> found[0] = value;
        case "address" -> found[1] = value;
        case "prefix" -> found[2] = value;
        case "gateway" -> found[3] = value;
        case "mac" -> found[4] = value;
        case "name" -> names.add(value);
        default -> {
          // The helper's own.
        }
      }
    }
    return Optional.of(
        new Endpoint(
            String.valueOf(file.getFileName()),
            found[0],
            found[1],
            Integer.parseInt(found[2]),
            found[3],
            found[4],
            names));
  }

  /** The same as long as the container is in the network. */
  static String id(String container, String network) {
    return Digest.sha256((container + network).getBytes(StandardCharsets.US_ASCII)).hex();
  }
}
