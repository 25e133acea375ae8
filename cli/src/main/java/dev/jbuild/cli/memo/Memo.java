package dev.jbuild.cli.memo;

import dev.jbuild.solve.BuildEvent;
import dev.jbuild.solve.Evidence;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a call was answered, and all that the answer hangs on.
 *
 * @param environment the variables that the call looked at, with what they were
 * @param present files that the call insists on, whatever is in them
 * @param facts of the store and the contexts; for each of these the file that describes it
 */
public record Memo(
    Map<String, Optional<String>> environment,
    Input input,
    List<Path> present,
    Evidence.Found facts,
    Answer answer) {

  /**
   * What was read to build.
   *
   * @param context as the call names it
   * @param file {@code -f}
   */
  public record Input(
      String context,
      Optional<String> file,
      String dockerfileName,
      byte[] dockerfile,
      Optional<byte[]> ignoreFile) {}

  /**
   * What the call did.
   *
   * @param mode a {@link dev.jbuild.cli.progress.ProgressMode}
   * @param quiet whether the id is printed
   * @param written files that the call writes, with what is in them; the build that they name is
   *     the one that found all this out
   * @param notes lines on standard error before all progress
   * @param warnings lines on standard error behind it
   */
  public record Answer(
      String imageId,
      String mode,
      boolean quiet,
      Map<Path, byte[]> written,
      List<String> notes,
      List<BuildEvent> events,
      List<String> warnings) {}
}
