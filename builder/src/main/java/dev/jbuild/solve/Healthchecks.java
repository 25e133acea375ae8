package dev.jbuild.solve;

import dev.jbuild.oci.Healthcheck;
import dev.jbuild.parser.Command;
import dev.jbuild.parser.Instruction;
import java.util.ArrayList;
import java.util.List;

/** HEALTHCHECK as an image's configuration has it. */
public final class Healthchecks {
  private Healthchecks() {}

  /** What the instruction says; without a test it takes away what the base image has. */
  public static Healthcheck of(Instruction.Healthcheck check) {
    List<String> test = new ArrayList<>();
    if (check.test().isEmpty()) {
      test.add("NONE");
    } else if (check.test().get() instanceof Command.Exec(List<String> argv)) {
      test.add("CMD");
      test.addAll(argv);
    } else if (check.test().get() instanceof Command.Shell(String line)) {
      test.add("CMD-SHELL");
      test.add(line);
    }
    return new Healthcheck(
        test,
        check.interval(),
        check.timeout(),
        check.startPeriod(),
        check.startInterval(),
        check.retries());
  }
}
