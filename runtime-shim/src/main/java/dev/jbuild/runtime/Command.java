package dev.jbuild.runtime;

import java.util.List;

/**
 * What is executed.
 *
 * @param argv program and arguments; a name without {@code /} is looked up in the sandbox's PATH
 * @param env {@code NAME=value} each
 * @param cwd an absolute path that exists in the sandbox
 */
public record Command(
    List<String> argv, List<String> env, String cwd, int uid, int gid, List<Integer> groups) {
  public Command {
    argv = List.copyOf(argv);
    env = List.copyOf(env);
    groups = List.copyOf(groups);
    if (argv.isEmpty()) {
      throw new IllegalArgumentException("a command needs a program");
    }
  }

  /** A command of root in {@code /}. */
  public static Command root(List<String> argv, List<String> env) {
    return new Command(argv, env, "/", 0, 0, List.of());
  }
}
