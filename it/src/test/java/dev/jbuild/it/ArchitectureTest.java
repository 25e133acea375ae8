package dev.jbuild.it;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.jbuild.testkit.Checkout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Assumptions;
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

  /** Inside a module, package by package and without those below it. */
  @ParameterizedTest(name = "{0} does not see {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          parser              | parser.check
          parser.check        | plan
          runtime             | runtime.net
          runtime.net         | oci
          engine              | engine.buildcache engine.check engine.container engine.distribution engine.network
          engine.archive      | engine engine.buildcache engine.check engine.container engine.distribution engine.network registry runtime
          engine.buildcache   | engine.check engine.container engine.distribution engine.network runtime
          engine.check        | engine.archive engine.buildcache engine.container engine.distribution engine.network runtime
          engine.container    | engine.buildcache engine.check engine.distribution engine.network registry
          engine.distribution | engine engine.archive engine.buildcache engine.check engine.container engine.network cache layer linux runtime
          engine.network      | engine.archive engine.buildcache engine.check engine.distribution layer registry
          cli.format          | cli cli.memo cli.progress engine solve store
          cli.progress        | cli cli.format cli.memo engine store
          cli.memo            | cli cli.format engine parser plan
          """)
  void arrowsInsideModulesPointOneWay(String from, String to) {
    String[] forbidden =
        Arrays.stream(to.split(" ", -1)).map(name -> "dev.jbuild." + name).toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage("dev.jbuild." + from)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .check(CLASSES);
  }

  /** What is not on these tests' class path, for it runs in other people's processes. */
  @ParameterizedTest(name = "{0} sees of ours only {1}")
  @CsvSource({
    "maven-plugin, dev.jbuild.maven..",
    "dist, dev.jbuild.dist.. dev.jbuild.cli.. dev.jbuild.oci.."
  })
  void whatIsShippedStandsAlone(String module, String ours) {
    Path folder = Checkout.root().resolve(module).resolve("target/classes");
    Assumptions.assumeTrue(Files.isDirectory(folder), module + " is not built");

    noClasses()
        .should()
        .dependOnClassesThat(
            resideInAPackage("dev.jbuild..").and(resideOutsideOfPackages(ours.split(" ", -1))))
        .check(new ClassFileImporter().importPath(folder));
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
    "com.sun.net.httpserver.., dev.jbuild.testkit..",
    "java.lang.foreign.., dev.jbuild.runtime.."
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
