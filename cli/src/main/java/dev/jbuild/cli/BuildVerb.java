package dev.jbuild.cli;

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
  public int run(Arguments arguments, Session session) {
    BuildOptions options = BuildOptions.read(arguments, session.environment());
    for (String flag : BuildOptions.withoutEffect(arguments)) {
      session.err().println("WARNING: " + flag + " has no effect");
    }
    session.out().println(options);
    return 0;
  }
}
