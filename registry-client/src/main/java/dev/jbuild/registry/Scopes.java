package dev.jbuild.registry;

import dev.jbuild.oci.ImageReference;

/** What access is asked for, as token servers read it. */
final class Scopes {
  private Scopes() {}

  static String pull(Site site, ImageReference reference) {
    return of(site.repository(reference), "pull");
  }

  static String push(Site site, ImageReference reference) {
    return of(site.repository(reference), "pull,push");
  }

  static String mount(Site site, ImageReference to, String from) {
    return push(site, to) + " " + of(site.prefix() + from, "pull");
  }

  static String delete(Site site, ImageReference reference) {
    return of(site.repository(reference), "delete");
  }

  private static String of(String repository, String actions) {
    return "repository:" + repository + ":" + actions;
  }
}
