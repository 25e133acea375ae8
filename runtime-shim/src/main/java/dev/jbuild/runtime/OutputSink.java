package dev.jbuild.runtime;

/** Takes what a process prints, as it comes. */
@FunctionalInterface
public interface OutputSink {
  /** Called by one thread at a time; the bytes are the caller's again afterwards. */
  void write(boolean stderr, byte[] bytes, int offset, int length);
}
