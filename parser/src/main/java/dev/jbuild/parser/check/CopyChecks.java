package dev.jbuild.parser.check;

import dev.jbuild.parser.CopyFlags;
import dev.jbuild.parser.GoText;
import dev.jbuild.parser.Heredoc;
import dev.jbuild.parser.IgnoreRules;
import dev.jbuild.parser.Instruction;
import java.util.List;

/** What COPY and ADD say about paths. */
final class CopyChecks {
  private final Instruction at;
  private final IgnoreRules ignored;
  private final StageChecks.Expander words;
  private final StageChecks.Finder finder;

  CopyChecks(
      Instruction at, IgnoreRules ignored, StageChecks.Expander words, StageChecks.Finder finder) {
    this.at = at;
    this.ignored = ignored;
    this.words = words;
    this.finder = finder;
  }

  void copy(Instruction.Copy copy) {
    run(copy.sources(), copy.target(), copy.flags(), copy.heredocs(), "Copy");
  }

  void add(Instruction.Add add) {
    run(add.sources(), add.target(), add.flags(), add.heredocs(), "Add");
  }

  private void run(
      List<String> sources, String target, CopyFlags flags, List<Heredoc> heredocs, String verb) {
    flags.chown().ifPresent(words::expand);
    flags.chmod().ifPresent(words::expand);
    flags.checksum().ifPresent(words::expand);
    boolean fromContext = flags.from().isEmpty() && !ignored.hasReinclude();
    for (String source : sources) {
      String path = words.expand(source);
      if (fromContext && !isRemote(path)) {
        refuseIgnored(path, verb);
      }
    }
    words.expand(target);
    for (Heredoc heredoc : heredocs) {
      if (heredoc.expand()) {
        words.expandText(heredoc.body());
      }
    }
  }

  private static boolean isRemote(String source) {
    return source.contains("://") || source.startsWith("git@");
  }

  private void refuseIgnored(String written, String verb) {
    String path = IgnoreRules.clean(written);
    while (path.startsWith("/")) {
      path = path.substring(1);
    }
    boolean root = path.isEmpty() || path.equals(".");
    if (root ? ignored.ignoresAll() : ignored.ignores(path)) {
      finder.add(
          Rule.COPY_IGNORED_FILE,
          at,
          "Attempting to "
              + verb
              + " file "
              + GoText.quote(root ? "." : path)
              + " that is excluded by .dockerignore");
    }
  }
}
