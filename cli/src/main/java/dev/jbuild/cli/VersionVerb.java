package dev.jbuild.cli;

import dev.jbuild.cli.format.Template;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.Platform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Which jbuild this is. */
final class VersionVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax("version", "", "Show which jbuild this is")
        .value("-f --format", "template", "\"json\" or a Go template, e.g. '{{.Version}}'")
        .operands(0, 0);
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    Optional<String> format = arguments.value("--format");
    String java = System.getProperty("java.version", "");
    String platform = Platform.host().toString();
    if (format.isEmpty()) {
      session
          .out()
          .print(
              "jbuild "
                  + version()
                  + "\n Java:     "
                  + java
                  + "\n OS/Arch:  "
                  + platform
                  + "\n Store:    "
                  + session.parts().root()
                  + "\n");
      return 0;
    }
    Json.Obj json =
        Json.obj()
            .with("Version", version())
            .with("Java", java)
            .with("Platform", platform)
            .with("Store", session.parts().root().toString());
    // One program, and what scripts ask of docker's two.
    Json.Obj part =
        json.with("Os", Platform.host().os()).with("Arch", Platform.host().architecture());
    json = json.with("Client", part).with("Server", part);
    session
        .out()
        .println(
            format.get().equals("json")
                ? json.compact()
                : Template.parse(format.get()).render(json));
    return 0;
  }

  /** The version that the build wrote into the jar. */
  static String version() throws IOException {
    try (InputStream text = VersionVerb.class.getResourceAsStream("version.txt")) {
      return text == null
          ? "unknown"
          : new String(text.readAllBytes(), StandardCharsets.UTF_8).strip();
    }
  }
}
