package dev.jbuild.runtime;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The last compiled filter: nearly all sandboxes of a process have the same capabilities. */
final class Profiles {
  private record Compiled(Set<String> capabilities, byte[] filter) {}

  private static volatile @Nullable Compiled last;

  private Profiles() {}

  static byte[] docker(Set<String> capabilities) {
    Compiled known = last;
    if (known == null || !known.capabilities.equals(capabilities)) {
      byte[] filter = SeccompFilter.docker(Resources.architecture(), capabilities);
      known = new Compiled(Set.copyOf(capabilities), filter);
      last = known;
    }
    return known.filter;
  }
}
