package dev.jbuild.cli;

import dev.jbuild.registry.RegistryLogin;
import dev.jbuild.registry.RegistrySettings;
import java.nio.file.Path;
import java.util.Map;

/**
 * The program's parts, each made when a verb first asks for it: the only place that knows
 * implementations.
 */
final class Composition implements AutoCloseable {
  private final Path root;
  private final Map<String, String> environment;

  Composition(Path root, Map<String, String> environment) {
    this.root = root;
    this.environment = environment;
  }

  /** Where images, layers and containers are kept. */
  Path root() {
    return root;
  }

  /** Credentials of registries. */
  RegistryLogin login() {
    return new RegistryLogin(RegistrySettings.load(environment));
  }

  @Override
  public void close() {}
}
