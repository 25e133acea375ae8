package dev.jbuild.cli;

import java.io.IOException;

/** Makes a container without starting it. */
final class CreateVerb implements Verb {
  private final String name;

  CreateVerb(String name) {
    this.name = name;
  }

  @Override
  public Syntax syntax() {
    return RunSyntax.create(name);
  }

  @Override
  public String enginePrefix() {
    return EngineVerb.ERROR;
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    RunOptions options = RunOptions.read(arguments, session.environment());
    session.out().println(RunVerb.create(options, session).id());
    return 0;
  }
}
