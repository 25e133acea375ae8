package dev.jbuild.layer;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.DiffId;
import dev.jbuild.oci.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** A layer's facts as lines of text; the last line says that the file is whole. */
final class FactsFile {
  private static final String END = "end\n";

  private FactsFile() {}

  static void write(Path file, LayerFacts facts) throws IOException {
    StringBuilder text = new StringBuilder();
    line(text, "diffid", facts.diffId().toString());
    line(text, "content", facts.content().toString());
    line(text, "tar", Long.toString(facts.tarSize()));
    line(text, "bytes", Long.toString(facts.bytes()));
    line(text, "files", Integer.toString(facts.files()));
    if (facts.blob().isPresent()) {
      Descriptor blob = facts.blob().get();
      line(text, "blob", blob.digest().toString());
      line(text, "blobsize", Long.toString(blob.size()));
      line(text, "blobtype", blob.mediaType().replace('\n', ' '));
    }
    Files.writeString(file, text.append(END));
  }

  private static void line(StringBuilder text, String key, String value) {
    text.append(key).append(' ').append(value).append('\n');
  }

  /** Reads the facts; absent when they were never written, or not completely. */
  static Optional<LayerFacts> read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (NoSuchFileException _) {
      return Optional.empty();
    }
    if (!text.endsWith(END)) {
      return Optional.empty();
    }
    Map<String, String> values = new HashMap<>();
    int begin = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      int space = text.indexOf(' ', begin);
      if (space >= 0 && space < end) {
        values.put(text.substring(begin, space), text.substring(space + 1, end));
      }
      begin = end + 1;
    }
    return Optional.of(facts(values));
  }

  private static LayerFacts facts(Map<String, String> values) {
    // No lambdas: a cached build reads facts, and little else.
    Optional<Descriptor> blob = Optional.empty();
    if (values.containsKey("blob")) {
      Digest digest = Digest.parse(value(values, "blob"));
      long size = Long.parseLong(value(values, "blobsize"));
      blob = Optional.of(Descriptor.of(value(values, "blobtype"), digest, size));
    }
    return new LayerFacts(
        DiffId.parse(value(values, "diffid")),
        Digest.parse(value(values, "content")),
        Long.parseLong(value(values, "tar")),
        Long.parseLong(value(values, "bytes")),
        Integer.parseInt(value(values, "files")),
        blob);
  }

  private static String value(Map<String, String> values, String key) {
    return values.getOrDefault(key, "");
  }
}
