package dev.jbuild.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One line of a profile: a verdict on some calls, perhaps only when an argument has a value.
 *
 * @param verdict what the kernel returns from a filter (linux/seccomp.h)
 * @param argument its index, or -1 for any arguments
 * @param architectures empty for all
 */
record SeccompRule(
    int verdict,
    String capability,
    Set<String> architectures,
    int argument,
    long mask,
    long value,
    List<String> calls) {
  static final int ALLOW = 0x7fff0000;
  private static final int ERRNO = 0x00050000;

  static int errno(int number) {
    return ERRNO | number;
  }

  boolean fits(String architecture, Set<String> capabilities) {
    return (capability.isEmpty() || capabilities.contains(capability))
        && (architectures.isEmpty() || architectures.contains(architecture));
  }

  /** Reads a profile; its form is told at the head of {@code seccomp-default.txt}. */
  static List<SeccompRule> parse(String profile) {
    List<SeccompRule> rules = new ArrayList<>();
    for (String line : profile.split("\n", -1)) {
      if (!line.isEmpty() && line.charAt(0) != '#') {
        rules.add(parseLine(line));
      }
    }
    return rules;
  }

  private static SeccompRule parseLine(String line) {
    int colon = line.indexOf(':');
    String[] head = line.substring(0, colon).split(" ", -1);
    List<String> calls = List.of(line.substring(colon + 2).split(" ", -1));
    int verdict = ALLOW;
    String capability = "";
    Set<String> architectures = Set.of();
    int argument = -1;
    long mask = -1;
    long value = 0;
    int at = 1;
    if (head[0].equals("errno")) {
      verdict = errno(Integer.parseInt(head[at++]));
    }
    for (; at < head.length; at++) {
      String word = head[at];
      if (word.startsWith("CAP_")) {
        capability = word;
      } else if (word.startsWith("@")) {
        architectures = Set.of(word.substring(1).split(",", -1));
      } else if (word.startsWith("arg")) {
        argument = word.charAt(3) - '0';
      } else if (word.equals("&")) {
        mask = Long.decode(head[++at]);
      } else if (word.equals("=")) {
        value = Long.decode(head[++at]);
      } else {
        throw new IllegalArgumentException("seccomp profile: " + line);
      }
    }
    return new SeccompRule(verdict, capability, architectures, argument, mask, value, calls);
  }
}
