package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is written beside the code still fits it. */
final class DocsTest {
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");
  private static final Pattern MODULE = Pattern.compile("<module>([^<]+)</module>");

  @Test
  void everyLinkLeadsToAFile() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : pages()) {
      for (MatchResult link : LINK.matcher(Files.readString(page)).results().toList()) {
        if (!Files.exists(page.resolveSibling(link.group(1)))) {
          broken.add(Checkout.root().relativize(page) + ": " + link.group(1));
        }
      }
    }

    assertThat(broken).isEmpty();
  }

  @Test
  void theArchitectureNamesEveryModule() throws IOException {
    String architecture = Files.readString(Checkout.root().resolve("docs/architecture.md"));
    String reactor = Files.readString(Checkout.root().resolve("pom.xml"));

    assertThat(MODULE.matcher(reactor).results().map(module -> module.group(1)))
        .isNotEmpty()
        .allMatch(module -> architecture.contains("`" + module + "/`"));
  }

  /** Not what builds leave, and not other people's. */
  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    for (String folder : new String[] {".", "docs", "docs/adr", "maven-plugin", "bench", "dist"}) {
      try (Stream<Path> files = Files.list(Checkout.root().resolve(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      }
    }
    assertThat(pages).hasSizeGreaterThan(5);
    return pages;
  }
}
