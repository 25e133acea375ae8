package dev.jbuild.engine.container;

import dev.jbuild.engine.EngineException;

/** There is no container of that name or id. */
public final class NoSuchContainerException extends EngineException {
  private static final long serialVersionUID = 1L;

  NoSuchContainerException(String text) {
    super(1, "No such container: " + text);
  }
}
