package dev.jbuild.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The finer arrows, below those between Maven modules. ArchUnit does not see a type that occurs
 * only in a pattern with an unnamed binding, so the modules' class paths carry the important ones.
 */
final class ArchitectureTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .withImportOption(location -> !location.contains("/dev/jbuild/testkit/"))
          .importPackages("dev.jbuild");

  @Test
  void packagesHaveNoCycles() {
    slices().matching("dev.jbuild.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** Who may not import whom, as the module diagram of docs/architecture.md has it. */
  @ParameterizedTest(name = "{0} does not see {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          oci      | grammar parser linux layer snapshot store cache registry runtime plan context copy solve export engine cli
          grammar  | oci parser linux layer snapshot store cache registry runtime plan context copy solve export engine cli
          parser   | linux layer snapshot store cache registry runtime plan context copy solve export engine cli
          linux    | store cache layer snapshot registry runtime parser engine cli
          layer    | store cache registry runtime parser plan solve export engine cli
          store    | registry runtime parser plan solve export engine cli
          cache    | registry runtime parser plan solve export engine cli
          registry | grammar parser linux layer snapshot store cache runtime plan context copy solve export engine cli
          runtime  | grammar parser layer snapshot store cache registry plan context copy solve export engine cli
          plan     | solve export engine cli
          context  | solve export engine cli
          copy     | solve export engine cli
          solve    | engine cli
          export   | engine cli
          engine   | parser plan context copy solve export cli
          """)
  void arrowsPointOneWay(String from, String to) {
    String[] forbidden =
        Arrays.stream(to.split(" ", -1))
            .map(name -> "dev.jbuild." + name + "..")
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage("dev.jbuild." + from + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .allowEmptyShould(true)
        .check(CLASSES);
  }

  /** Each library is seen by the packages made for it and by no other. */
  @ParameterizedTest(name = "{0} only in {1}")
  @CsvSource({
    "org.antlr.., dev.jbuild.grammar.. dev.jbuild.parser..",
    "org.apache.commons.compress.., dev.jbuild.layer..",
    "com.github.luben.., dev.jbuild.layer..",
    "com.google.cloud.tools.jib.., dev.jbuild.registry.jib..",
    "com.google.common.., dev.jbuild.registry.jib..",
    "com.fasterxml.jackson.., dev.jbuild.oci..",
    "picocli.., dev.jbuild.cli..",
    "java.net.http.., dev.jbuild.registry..",
    "java.lang.foreign.., dev.jbuild.linux.."
  })
  void aLibraryHasOneUser(String library, String users) {
    noClasses()
        .that()
        .resideOutsideOfPackages((users + " picocli..").split(" ", -1))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library)
        .allowEmptyShould(true)
        .check(CLASSES);
  }
}
