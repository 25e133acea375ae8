package dev.jbuild.maven;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.project.MavenProject;
import org.jspecify.annotations.Nullable;

/** Names of images, as far as a mistake can be told early. */
final class Names {
  private static final String REPOSITORY =
      "([A-Za-z0-9.-]+(:[0-9]+)?/)?[a-z0-9]+([._/-]+[a-z0-9]+)*";
  private static final String TAG = ":[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
  private static final Pattern NAME = Pattern.compile(REPOSITORY + TAG);
  private static final Pattern BASE =
      Pattern.compile(REPOSITORY + "(" + TAG + ")?(@sha256:[0-9a-f]{64})?");

  private Names() {}

  /** The configured name or the artifact's, with the version as tag where it has none. */
  static String of(@Nullable String configured, MavenProject project) {
    String name =
        configured == null || configured.isBlank()
            ? project.getArtifactId().toLowerCase(Locale.ROOT)
            : configured;
    boolean tagged = name.indexOf(':', name.lastIndexOf('/') + 1) >= 0;
    // a tag has no + as versions may
    return tagged ? name : name + ":" + project.getVersion().replace('+', '-');
  }

  /** Of an image that there is already, so that it may have a digest and needs no tag. */
  static void checkBase(String name) throws MojoExecutionException {
    if (!BASE.matcher(name).matches()) {
      throw new MojoExecutionException(
          "'"
              + name
              + "' is no image name: it is [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST], the name in lower case; correct <baseImage>");
    }
  }

  static void check(List<String> names) throws MojoExecutionException {
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        throw new MojoExecutionException(
            "'"
                + name
                + "' is no image name: it is [HOST[:PORT]/]NAME[:TAG], the name in lower case; correct <image> or <tags>");
      }
    }
  }
}
