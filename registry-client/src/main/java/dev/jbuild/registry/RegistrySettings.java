package dev.jbuild.registry;

import java.util.Map;

/** API first. */
public final class RegistrySettings {
  final Map<String, String> env;

  private RegistrySettings(Map<String, String> env) {
    this.env = Map.copyOf(env);
  }

  /** Reads the settings that the environment names. */
  public static RegistrySettings load(Map<String, String> env) {
    return new RegistrySettings(env);
  }
}
