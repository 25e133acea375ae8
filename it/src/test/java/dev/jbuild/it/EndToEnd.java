package dev.jbuild.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A class of tests that call {@code ./jbuild}. Its methods may ask for a {@code Jbuild} (one store
 * for the class, base images served as Docker Hub's), for the {@code LocalRegistry} behind it, and
 * for an empty {@code Folder}. After every test nothing may be left: no process, no mount, no
 * half-written file.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(EndToEndExtension.class)
@interface EndToEnd {
  /**
   * Programs that the tests call beyond those that all need; without one of them the class is
   * skipped.
   */
  String[] needs() default {};
}
