package dev.jbuild.cli.format;

/** A template that cannot be read, or does not fit what it is applied to. */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TemplateException(String message) {
    super("template parsing error: " + message);
  }
}
