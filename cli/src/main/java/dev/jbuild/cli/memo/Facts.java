package dev.jbuild.cli.memo;

import dev.jbuild.solve.Evidence;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a build's answer hangs on, for a caller who would spare the call while all of it stands (the
 * Maven plugin): the file that {@code JBUILD_FACTS} names. A line each, with tabs between its
 * parts; a backslash stands before n, t and itself. Ignore files are the caller's business, and so
 * is what he has made himself: contexts below the file's own folder.
 *
 * <pre>
 * jbuild-facts 1
 * env NAME VALUE      the call looked at this variable
 * unset NAME          and at this one, which there was not
 * text PATH CONTENT   a file of the store with this content
 * file PATH           one whose name says its content
 * folder PATH         a folder of the store
 * context PATH        files came from here, and nothing more is said of it
 * …                   what files of a context were looked at, see {@code ContextUses}
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

  /** Would somebody want to know more of such contexts than a memo says? */
  public static boolean wantMore(Map<String, String> environment, Set<Path> contexts) {
    String file = environment.get(VARIABLE);
    return file != null && !contexts.stream().allMatch(each -> isOwn(file, each));
  }

  private static boolean isOwn(String file, Path context) {
    return context.startsWith(Path.of(file).toAbsolutePath().resolveSibling(""));
  }

  /**
   * Writes the facts, if somebody wants to know them.
   *
   * @param root the store's folder
   * @param consulted variables, with what they were
   * @param uses what was looked at in contexts, as far as it can be said
   */
  public static void write(
      Map<String, String> environment,
      Path root,
      Map<String, Optional<String>> consulted,
      Evidence.Found found,
      Map<Path, List<List<String>>> uses)
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
    for (Path context : found.contexts().keySet()) {
      List<List<String>> lines = uses.get(context);
      if (lines == null || isOwn(file, context)) {
        line(out, "context", context.toString());
      } else {
        lines.forEach(parts -> line(out, parts.toArray(String[]::new)));
      }
    }
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
