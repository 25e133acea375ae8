package dev.jbuild.solve;

/** Hears what happens during a build; called by one thread at a time. */
@FunctionalInterface
public interface BuildListener {
  void on(BuildEvent event);
}
