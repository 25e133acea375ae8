package dev.jbuild.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads COPY and ADD. */
final class CopyReader {
  private static final String[] ADD_FLAGS = {
    "chown", "chmod", "link", "keep-git-dir", "checksum", "unpack", "exclude", "if-exists"
  };
  private static final String[] COPY_FLAGS = {
    "chown", "from", "chmod", "link", "exclude", "parents", "if-exists"
  };

  private CopyReader() {}

  static Instruction read(RawInstruction raw) {
    boolean add = raw.keyword().equals("ADD");
    List<String> args = raw.args();
    if (args.size() < 2) {
      throw raw.error(
          raw.keyword()
              + " requires at least two arguments, but only one was provided. Destination could not"
              + " be determined");
    }
    Flags flags = add ? Flags.read(raw, ADD_FLAGS) : Flags.read(raw, COPY_FLAGS);
    String target = args.getLast();
    if (HeredocSigns.parse(target).isPresent()) {
      throw raw.error(raw.keyword() + " cannot accept a heredoc as a destination");
    }
    List<String> sources = new ArrayList<>();
    List<Heredoc> heredocs = new ArrayList<>();
    for (String word : args.subList(0, args.size() - 1)) {
      Optional<Heredoc> sign = HeredocSigns.parse(word);
      if (sign.isPresent()) {
        heredocs.add(body(sign.get(), raw.heredocs()));
      } else {
        sources.add(word);
      }
    }
    CopyFlags copy = copyFlags(flags);
    Span span = raw.span();
    String source = raw.line().text();
    return add
        ? new Instruction.Add(span, source, sources, target, copy, heredocs)
        : new Instruction.Copy(span, source, sources, target, copy, heredocs);
  }

  /** Of several with one name, each has the content of the last. */
  private static Heredoc body(Heredoc sign, List<Heredoc> bodies) {
    Heredoc found = sign;
    for (Heredoc body : bodies) {
      if (body.name().equals(sign.name())) {
        found = sign.withContent(body.content());
      }
    }
    return found;
  }

  private static CopyFlags copyFlags(Flags flags) {
    return new CopyFlags(
        flags.value("from"),
        flags.value("chown"),
        flags.value("chmod"),
        flags.value("checksum"),
        flags.isTrue("link"),
        flags.isTrue("parents"),
        flags.switchedTo("keep-git-dir"),
        flags.switchedTo("unpack"),
        flags.values("exclude"),
        flags.isTrue("if-exists"));
  }
}
