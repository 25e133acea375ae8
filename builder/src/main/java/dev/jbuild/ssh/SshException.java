package dev.jbuild.ssh;

/** A key or an agent cannot be used; the message is for whoever gave {@code --ssh}. */
public final class SshException extends RuntimeException {
  public SshException(String message) {
    super(message);
  }
}
