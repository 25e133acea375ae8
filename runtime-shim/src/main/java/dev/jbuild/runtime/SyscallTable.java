package dev.jbuild.runtime;

import java.util.HashMap;
import java.util.Map;

/** Numbers of the system calls of one architecture, from the kernel's headers. */
final class SyscallTable {
  final String architecture;
  final int newest;
  private final Map<String, Integer> numbers = new HashMap<>(1024);

  SyscallTable(String architecture) {
    this.architecture = architecture;
    int last = 0;
    String text = ShimBinary.CARRIED.text("syscalls-" + architecture + ".txt");
    for (int at = 0; at < text.length(); ) {
      int end = text.indexOf('\n', at);
      int space = text.indexOf(' ', at);
      int number = Integer.parseInt(text, space + 1, end, 10);
      numbers.put(text.substring(at, space), number);
      last = Math.max(last, number);
      at = end + 1;
    }
    this.newest = last;
  }

  /** The number of a call, or -1 where this architecture has no such call. */
  int number(String name) {
    return numbers.getOrDefault(name, -1);
  }
}
