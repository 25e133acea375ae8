package dev.jbuild.runtime;

/** Which system calls the process may make. */
public sealed interface Seccomp {
  /** Docker's default profile, for the capabilities that the process has. */
  record Default() implements Seccomp {}

  /** All of them. */
  record Unconfined() implements Seccomp {}

  /** A classic BPF program, 8 bytes an instruction in the machine's byte order. */
  record Program(byte[] bpf) implements Seccomp {}
}
