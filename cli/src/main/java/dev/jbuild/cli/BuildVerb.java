package dev.jbuild.cli;

import java.io.IOException;

/** Builds an image from a Dockerfile. */
final class BuildVerb implements Verb {
  @Override
  public Syntax syntax() {
    return BuildOptions.syntax();
  }

  @Override
  public String errorPrefix() {
    return "ERROR: ";
  }

  @Override
  public int run(Arguments arguments, Session session) throws IOException {
    BuildOptions options = BuildOptions.read(arguments, session.environment());
    for (String flag : BuildOptions.withoutEffect(arguments)) {
      session.err().println("WARNING: " + flag + " has no effect");
    }
    BuildInput input = BuildInput.read(options.context(), options.file(), session.in());
    session.out().println(input);
    return 0;
  }
}
