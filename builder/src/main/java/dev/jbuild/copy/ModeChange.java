package dev.jbuild.copy;

import java.util.ArrayList;
import java.util.List;

/** What {@code --chmod} says: octal digits, or symbolic clauses as in chmod(1). */
public sealed interface ModeChange {
  /** The permission bits after the change. */
  int apply(int mode, boolean directory);

  /** Octal: the bits are set as they are. */
  record Octal(int bits) implements ModeChange {
    @Override
    public int apply(int mode, boolean directory) {
      return bits;
    }
  }

  /** Symbolic, e.g. {@code u+rwX,g-w}. */
  record Symbolic(List<Clause> clauses) implements ModeChange {
    @Override
    public int apply(int mode, boolean directory) {
      int result = mode & 07777;
      for (Clause clause : clauses) {
        result = clause.apply(result, directory);
      }
      return result;
    }
  }

  /**
   * One clause.
   *
   * @param who a mask of 0700, 0070, 0007
   */
  record Clause(int who, char operation, String permissions) {
    int apply(int mode, boolean directory) {
      int bits = 0;
      for (int i = 0; i < permissions.length(); i++) {
        char c = permissions.charAt(i);
        bits |=
            switch (c) {
              case 'r' -> 0444 & who;
              case 'w' -> 0222 & who;
              case 'x' -> 0111 & who;
              case 'X' -> directory || (mode & 0111) != 0 ? 0111 & who : 0;
              case 's' -> ((who & 0700) != 0 ? 04000 : 0) | ((who & 0070) != 0 ? 02000 : 0);
              case 't' -> 01000;
              case 'u' -> copied(mode >> 6) & who;
              case 'g' -> copied(mode >> 3) & who;
              default -> copied(mode) & who;
            };
      }
      return switch (operation) {
        case '+' -> mode | bits;
        case '-' -> mode & ~bits;
        default -> mode & ~who | bits;
      };
    }

    private static int copied(int three) {
      int bits = three & 7;
      return bits << 6 | bits << 3 | bits;
    }
  }

  /**
   * Reads the flag's value.
   *
   * @throws CopyException when it is neither form
   */
  static ModeChange parse(String text) {
    if (!text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '7') && text.length() <= 5) {
      int bits = Integer.parseInt(text, 8);
      if (bits <= 07777) {
        return new Octal(bits);
      }
    }
    List<Clause> clauses = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      int at = 0;
      int who = 0;
      while (at < part.length() && "ugoa".indexOf(part.charAt(at)) >= 0) {
        who |=
            switch (part.charAt(at++)) {
              case 'u' -> 0700;
              case 'g' -> 0070;
              case 'o' -> 0007;
              default -> 0777;
            };
      }
      if (at >= part.length()) {
        throw invalid(text);
      }
      while (at < part.length()) {
        char operation = part.charAt(at++);
        int start = at;
        while (at < part.length() && "rwxXstugo".indexOf(part.charAt(at)) >= 0) {
          at++;
        }
        if ("+-=".indexOf(operation) < 0) {
          throw invalid(text);
        }
        clauses.add(new Clause(who == 0 ? 0777 : who, operation, part.substring(start, at)));
      }
    }
    return new Symbolic(clauses);
  }

  private static CopyException invalid(String text) {
    return new CopyException(
        "invalid chmod parameter: '"
            + text
            + "'. it should be octal string and between 0 and 07777, or symbolic, e.g. u+rx,go-w");
  }
}
