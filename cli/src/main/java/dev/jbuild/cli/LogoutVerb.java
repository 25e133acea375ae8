package dev.jbuild.cli;

import dev.jbuild.registry.RegistryLogin;

/** Forgets the credentials of a registry. */
final class LogoutVerb implements Verb {
  @Override
  public Syntax syntax() {
    return new Syntax(
            "logout", "[SERVER]", "Log out of a registry; of docker.io where none is named")
        .operands(0, 1);
  }

  @Override
  public int run(Arguments arguments, Session session) {
    String server = arguments.operands().isEmpty() ? "" : arguments.operand(0);
    String registry = RegistryLogin.registry(server);
    boolean known = session.parts().login().logout(server);
    session
        .out()
        .println((known ? "Removing login credentials for " : "Not logged in to ") + registry);
    return 0;
  }
}
