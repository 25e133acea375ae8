package dev.jbuild.parser;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Makes Dockerfiles that nobody would write, from a seed: the same seed, the same files. */
final class Mutator {
  private static final List<String> PIECES =
      List.of(
          "FROM ",
          "RUN ",
          "COPY ",
          "ADD ",
          "ENV ",
          "ARG ",
          "LABEL ",
          "ONBUILD ",
          "HEALTHCHECK ",
          "CMD ",
          "SHELL ",
          "EXPOSE ",
          "VOLUME ",
          "\n",
          "\\\n",
          "`\n",
          "\r\n",
          "\\",
          "`",
          "\"",
          "'",
          "$",
          "${",
          "}",
          "${a:-",
          "${a##*",
          "${a//x/",
          "<<EOF",
          "<<-\"E F\"",
          "\nEOF\n",
          "<<",
          "3<<",
          "--",
          "--from=",
          "--mount=type=cache,target=",
          "--exclude=",
          "=",
          " ",
          "\t",
          "[",
          "[\"a\", ",
          "]",
          "# escape=`\n",
          "# check=skip=all\n",
          "#",
          "\u00A0",
          "é",
          "😀",
          "\0",
          "\uFEFF",
          "a",
          "a=b",
          "AS x",
          "/",
          "*",
          "?",
          "\u0002",
          "\u0005");

  private final Random random;
  private final List<String> seeds;

  Mutator(long seed, List<String> seeds) {
    this.random = new Random(seed);
    this.seeds = seeds;
  }

  byte[] next() {
    StringBuilder text = new StringBuilder(seeds.get(random.nextInt(seeds.size())));
    for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
      change(text);
    }
    byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
    if (random.nextInt(10) == 0 && bytes.length > 0) {
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  private void change(StringBuilder text) {
    int at = random.nextInt(text.length() + 1);
    int end = Math.min(text.length(), at + random.nextInt(20));
    switch (random.nextInt(5)) {
      case 0 -> text.delete(at, end);
      case 1 -> text.insert(at, text.substring(at, end));
      case 2 -> text.insert(at, piece().repeat(1 + random.nextInt(50)));
      case 3 -> {
        String other = seeds.get(random.nextInt(seeds.size()));
        text.insert(at, other.substring(random.nextInt(other.length() + 1)));
      }
      default -> text.insert(at, piece());
    }
  }

  private String piece() {
    return PIECES.get(random.nextInt(PIECES.size()));
  }
}
