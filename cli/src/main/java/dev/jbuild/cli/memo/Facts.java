package dev.jbuild.cli.memo;

import dev.jbuild.solve.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * What a build's answer hangs on, for a caller who knows himself whether the contexts are as they
 * were and would spare the call (the Maven plugin): the file that {@code JBUILD_FACTS} names. A
 * line each, with tabs between its parts; a backslash stands before n, t and itself.
 *
 * <pre>
 * jbuild-facts 1
 * env NAME VALUE      the call looked at this variable
 * unset NAME          and at this one, which there was not
 * text PATH CONTENT   a file of the store with this content
 * file PATH           one whose name says its content
 * folder PATH         a folder of the store
 * context PATH        files came from here
 * end
 * </pre>
 */
public final class Facts {
  private static final String VARIABLE = "JBUILD_FACTS";

  private Facts() {}

  /** Does somebody want to know them? */
  public static boolean areWanted(Map<String, String> environment) {
    return environment.containsKey(VARIABLE);
  }

  /**
   * Writes the facts, if somebody wants to know them.
   *
   * @param root the store's folder
   * @param consulted variables, with what they were
   */
  public static void write(
      Map<String, String> environment,
      Path root,
      Map<String, Optional<String>> consulted,
      Evidence.Found found)
      throws IOException {
    String file = environment.get(VARIABLE);
    if (file == null) {
      return;
    }
    StringBuilder out = new StringBuilder("jbuild-facts 1\n");
    consulted.forEach((name, value) -> {
      if (value.isPresent()) {
        line(out, "env", name, value.get());
      } else {
        line(out, "unset", name);
      }
    });
    found
        .files()
        .forEach((path, content) -> {
          if (path.startsWith(root.resolve("blobs"))) {
            line(out, "file", path.toString());
          } else if (!path.startsWith(root.resolve("steps"))) {
            line(out, "text", path.toString(), new String(content, StandardCharsets.UTF_8));
          }
        });
    found.folders().forEach(folder -> line(out, "folder", folder.toString()));
    found.contexts().keySet().forEach(context -> line(out, "context", context.toString()));
    out.append("end\n");
    Files.writeString(Path.of(file), out);
  }

  private static void line(StringBuilder out, String... parts) {
    String gap = "";
    for (String part : parts) {
      out.append(gap).append(part.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t"));
      gap = "\t";
    }
    out.append('\n');
  }
}
