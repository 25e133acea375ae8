package dev.jbuild.solve;

import dev.jbuild.parser.Instruction;
import dev.jbuild.parser.Stage;

/** The rows of a stage, as BuildKit numbers them: {@code [build 2/4] RUN make}. */
final class StepTitles {
  private final String stage;
  private final int count;
  private int step = 1;

  private StepTitles(String stage, int count) {
    this.stage = stage;
    this.count = count;
  }

  static StepTitles of(Stage stage, Surroundings around) {
    long rows =
        stage.instructions().stream()
            .filter(i ->
                i instanceof Instruction.Run
                    || i instanceof Instruction.Copy
                    || i instanceof Instruction.Add
                    || i instanceof Instruction.Workdir)
            .count();
    String name = stage.from().name().orElse("stage-" + stage.index()) + " ";
    return new StepTitles(
        around.platformTitle + (around.stageCount > 1 ? name : ""), (int) rows + 1);
  }

  String first(String source) {
    return title(1, source);
  }

  String next(String source) {
    return title(++step, source);
  }

  private String title(int number, String source) {
    return "[" + stage + number + "/" + Math.max(count, number) + "] " + source;
  }
}
