package dev.jbuild.runtime;

import dev.jbuild.carried.CarriedFiles;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Compiled filters. That for Docker's own capabilities, which nearly every sandbox has, is in the
 * shim: compiling it in a cold JVM takes longer than the sandbox.
 */
final class Profiles {
  private record Compiled(long capabilities, byte[] filter) {}

  private static volatile @Nullable Compiled last;

  private Profiles() {}

  /** The filter for these capabilities; no bytes mean the shim's own. */
  static byte[] docker(Set<String> capabilities) {
    long mask = Capabilities.mask(capabilities);
    Compiled known = last;
    if (known == null || known.capabilities != mask) {
      known = new Compiled(mask, load(CarriedFiles.architecture(), capabilities));
      last = known;
    }
    return known.filter;
  }

  private static byte[] load(String machine, Set<String> capabilities) {
    boolean packed = machine.equals("x86_64") || machine.equals("aarch64");
    if (packed && capabilities.equals(Isolation.docker().capabilities())) {
      return new byte[0];
    }
    return SeccompFilter.docker(machine, capabilities);
  }
}
