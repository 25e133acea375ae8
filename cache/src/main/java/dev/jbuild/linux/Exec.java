package dev.jbuild.linux;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The arguments of execve(2): texts that end with a zero, and vectors of their addresses. */
final class Exec {
  private static final Path ENVIRONMENT = Path.of("/proc/self/environ");

  private final ByteArrayOutputStream texts = new ByteArrayOutputStream();
  private final List<Integer> offsets = new ArrayList<>();

  private Exec() {}

  /**
   * Makes this process run another program, with the environment that this one was started with.
   *
   * @return the negated errno: where it succeeds, there is nobody to return to
   */
  static long run(List<String> command) throws IOException {
    return start(
        command, (path, argv, envp) -> Syscall.callOnce(Syscall.EXECVE, path, argv, envp, 0, 0));
  }

  /**
   * Starts another program in a process of its own, with the same environment.
   *
   * @param in what it reads from
   * @param out what it writes to
   * @return its process, or the negated errno
   */
  static long spawn(List<String> command, int in, int out) throws IOException {
    return start(command, (path, argv, envp) -> Native.spawn(path, argv, envp, in, out));
  }

  private interface Call {
    long with(long path, long argv, long envp);
  }

  private static long start(List<String> command, Call call) throws IOException {
    Exec arguments = new Exec();
    for (String word : command) {
      arguments.add(FileName.encode(word));
    }
    Exec environment = new Exec();
    environment.addAll(Files.readAllBytes(ENVIRONMENT));
    ByteBuffer words = arguments.texts();
    ByteBuffer variables = environment.texts();
    ByteBuffer argv = arguments.vector(words);
    ByteBuffer envp = environment.vector(variables);
    try {
      return call.with(Native.address(words), Native.address(argv), Native.address(envp));
    } finally {
      Reference.reachabilityFence(words);
      Reference.reachabilityFence(variables);
      Reference.reachabilityFence(argv);
      Reference.reachabilityFence(envp);
    }
  }

  private void add(byte[] text) {
    offsets.add(texts.size());
    texts.writeBytes(text);
    texts.write(0);
  }

  private void addAll(byte[] endedByZeros) {
    int start = 0;
    for (int i = 0; i < endedByZeros.length; i++) {
      if (endedByZeros[i] == 0) {
        offsets.add(start);
        start = i + 1;
      }
    }
    texts.writeBytes(endedByZeros);
  }

  private ByteBuffer texts() {
    return ByteBuffer.allocateDirect(texts.size() + 1).put(0, texts.toByteArray());
  }

  private ByteBuffer vector(ByteBuffer buffer) {
    long start = Native.address(buffer);
    ByteBuffer vector =
        ByteBuffer.allocateDirect((offsets.size() + 1) * Long.BYTES).order(ByteOrder.nativeOrder());
    for (int i = 0; i < offsets.size(); i++) {
      vector.putLong(i * Long.BYTES, start + offsets.get(i));
    }
    return vector;
  }
}
