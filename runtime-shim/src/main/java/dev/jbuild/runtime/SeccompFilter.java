package dev.jbuild.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Compiles a profile to the classic BPF that seccomp(2) takes.
 *
 * <p>Per architecture the call numbers are cut into ranges with the same verdict, and the filter
 * searches them as a binary tree: eight comparisons a call instead of hundreds.
 */
final class SeccompFilter {
  private static final int LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
  private static final int AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
  private static final int JUMP = 0x05; // BPF_JMP | BPF_JA
  private static final int JUMP_EQUAL = 0x15;
  private static final int JUMP_AT_LEAST = 0x35;
  private static final int RETURN = 0x06;

  private static final int OFFSET_NUMBER = 0; // struct seccomp_data
  private static final int OFFSET_ARCH = 4;
  private static final int OFFSET_ARGS = 16;

  private static final int ARCH_X86_64 = 0xc000003e; // linux/audit.h
  private static final int ARCH_I386 = 0x40000003;
  private static final int ARCH_AARCH64 = 0xc00000b7;
  private static final int X32_BIT = 0x40000000;
  private static final int X32_OWN = 512;

  private static final int KILL_PROCESS = 0x80000000;
  private static final int EPERM = SeccompRule.errno(1);
  private static final int ENOSYS = SeccompRule.errno(38);

  /** A C library tries what it does not know of the kernel, and copes with ENOSYS only. */
  private static final SeccompRule UNKNOWN =
      new SeccompRule(ENOSYS, "", Set.of(), -1, 0, 0, List.of());

  /** A range of numbers up to the next one's start; what the rules say, first one that fits. */
  private record Range(int start, List<SeccompRule> rules) {}

  private final List<SeccompRule> profile;
  private final Set<String> capabilities;

  private SeccompFilter(List<SeccompRule> profile, Set<String> capabilities) {
    this.profile = profile;
    this.capabilities = capabilities;
  }

  /** Docker's default profile for a process with these capabilities. */
  static byte[] docker(String machine, Set<String> capabilities) {
    List<SeccompRule> profile = SeccompRule.parse(ShimBinary.CARRIED.text("seccomp-default.txt"));
    return new SeccompFilter(profile, capabilities).compile(machine);
  }

  private byte[] compile(String machine) {
    Code code =
        switch (machine) {
          case "x86_64" ->
              new Code()
                  .load(OFFSET_ARCH)
                  .choose(JUMP_EQUAL, ARCH_X86_64, x86(), sub("i386", ARCH_I386));
          case "aarch64" -> new Code().load(OFFSET_ARCH).append(sub("aarch64", ARCH_AARCH64));
          default ->
              throw new ShimException(
                  "no seccomp profile for " + machine + " (use --security-opt seccomp=unconfined)");
        };
    return code.bytes();
  }

  /** The table of one architecture; calls of any other end the process. */
  private Code sub(String architecture, int audit) {
    Code table = new Code().load(OFFSET_NUMBER).append(table(architecture));
    return new Code().choose(JUMP_EQUAL, audit, table, new Code().give(KILL_PROCESS));
  }

  /**
   * 64-bit calls, and those of the x32 ABI: the same architecture and, with a bit more, the same
   * numbers, but for some of its own that 64-bit programs do not have.
   */
  private Code x86() {
    List<List<SeccompRule>> calls = byNumber("x86_64");
    while (calls.size() < X32_OWN) {
      calls.add(List.of(UNKNOWN));
    }
    List<List<SeccompRule>> x32 = byNumber("x32");
    calls.addAll(x32.subList(X32_OWN, x32.size()));
    return new Code()
        .load(OFFSET_NUMBER)
        .jump(JUMP_AT_LEAST, 0, 2, X32_OWN)
        .jump(JUMP_AT_LEAST, 1, 0, X32_BIT)
        .give(ENOSYS)
        .add(AND, ~X32_BIT)
        .append(tree(ranges(calls)));
  }

  private Code table(String architecture) {
    return tree(ranges(byNumber(architecture)));
  }

  private List<List<SeccompRule>> byNumber(String architecture) {
    SyscallTable table = new SyscallTable(architecture);
    List<List<SeccompRule>> byNumber = new ArrayList<>();
    for (int i = 0; i <= table.newest; i++) {
      byNumber.add(List.of());
    }
    for (SeccompRule rule : profile) {
      if (!rule.fits(architecture, capabilities)) {
        continue;
      }
      for (String call : rule.calls()) {
        int number = table.number(call);
        if (number >= 0) {
          List<SeccompRule> rules = new ArrayList<>(byNumber.get(number));
          rules.add(rule);
          byNumber.set(number, rules);
        }
      }
    }
    return byNumber;
  }

  /** Neighbours with the same one verdict become one range. */
  private static List<Range> ranges(List<List<SeccompRule>> byNumber) {
    List<Range> ranges = new ArrayList<>();
    List<SeccompRule> before = null;
    for (int number = 0; number < byNumber.size(); number++) {
      List<SeccompRule> rules = byNumber.get(number);
      if (before == null || !sameVerdict(before, rules)) {
        ranges.add(new Range(number, rules));
      }
      before = rules;
    }
    ranges.add(new Range(byNumber.size(), List.of(UNKNOWN)));
    return ranges;
  }

  private static boolean sameVerdict(List<SeccompRule> left, List<SeccompRule> right) {
    if (left.isEmpty() || right.isEmpty()) {
      return left.isEmpty() && right.isEmpty();
    }
    SeccompRule a = left.getFirst();
    SeccompRule b = right.getFirst();
    return a.argument() < 0 && b.argument() < 0 && a.verdict() == b.verdict();
  }

  private static Code tree(List<Range> ranges) {
    if (ranges.size() == 1) {
      return verdict(ranges.getFirst().rules());
    }
    int middle = ranges.size() / 2;
    return new Code()
        .choose(
            JUMP_AT_LEAST,
            ranges.get(middle).start(),
            tree(ranges.subList(middle, ranges.size())),
            tree(ranges.subList(0, middle)));
  }

  private static Code verdict(List<SeccompRule> rules) {
    Code otherwise = new Code().give(EPERM);
    for (int i = rules.size() - 1; i >= 0; i--) {
      SeccompRule rule = rules.get(i);
      Code hit = new Code().give(rule.verdict());
      otherwise = rule.argument() < 0 ? hit : compare(rule, hit, otherwise);
    }
    return otherwise;
  }

  /** A 64-bit argument is two loads of 32 bits, the lower half first on our machines. */
  private static Code compare(SeccompRule rule, Code hit, Code miss) {
    int offset = OFFSET_ARGS + 8 * rule.argument();
    int highMask = (int) (rule.mask() >>> 32);
    Code low = half(offset, (int) rule.mask()).choose(JUMP_EQUAL, (int) rule.value(), hit, miss);
    if (highMask == 0) {
      return low;
    }
    return half(offset + 4, highMask).choose(JUMP_EQUAL, (int) (rule.value() >>> 32), low, miss);
  }

  private static Code half(int offset, int mask) {
    Code code = new Code().load(offset);
    return mask == -1 ? code : code.add(AND, mask);
  }

  /** Instructions; every piece ends in a return, so that pieces can stand in any place. */
  private static final class Code {
    private final List<long[]> instructions = new ArrayList<>();

    Code add(int operation, int value) {
      return jump(operation, 0, 0, value);
    }

    Code load(int offset) {
      return add(LOAD, offset);
    }

    Code give(int verdict) {
      return add(RETURN, verdict);
    }

    Code append(Code code) {
      instructions.addAll(code.instructions);
      return this;
    }

    /** Offsets have 8 bits; what is farther is reached by a jump that has 32. */
    Code choose(int test, int value, Code yes, Code no) {
      int size = no.instructions.size();
      if (size < 256) {
        jump(test, size, 0, value);
      } else {
        jump(test, 0, 1, value);
        jump(JUMP, 0, 0, size);
      }
      return append(no).append(yes);
    }

    private Code jump(int operation, int yes, int no, int value) {
      instructions.add(new long[] {operation, yes, no, value});
      return this;
    }

    byte[] bytes() {
      ByteBuffer bytes =
          ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
      for (long[] at : instructions) {
        bytes.putShort((short) at[0]).put((byte) at[1]).put((byte) at[2]).putInt((int) at[3]);
      }
      return bytes.array();
    }
  }
}
