package dev.jbuild.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** From the command line to the exit code. */
public final class Main {
  private static final int INTERRUPTED = 130;
  private static final long CLEANUP_SECONDS = 10;

  private final InputStream in;
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> environment;

  Main(InputStream in, PrintStream out, PrintStream err, Map<String, String> environment) {
    this.in = in;
    this.out = out;
    this.err = err;
    this.environment = environment;
  }

  /** Runs jbuild; the only place that ends the process. */
  public static void main(String[] args) {
    endCleanlyOnSignal(Thread.currentThread());
    // not System.out: its encoding is the locale's, and names and columns are UTF-8
    PrintStream out = stream(FileDescriptor.out, 8192);
    PrintStream err = stream(FileDescriptor.err, 512);
    Main main = new Main(new FileInputStream(FileDescriptor.in), out, err, System.getenv());
    main.train(System.getProperty("jbuild.train", ""));
    int code = main.run(List.of(args));
    out.flush();
    err.flush();
    // The hook may be waiting for this: had it word before, the signal's exit code could be first.
    // System.exit would load the system logger to log itself; nobody has a hook but us
    Runtime.getRuntime().halt(code);
  }

  private static PrintStream stream(FileDescriptor descriptor, int buffer) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), buffer),
        descriptor == FileDescriptor.err,
        StandardCharsets.UTF_8);
  }

  /** On ^C the verb is interrupted and has some seconds to close what it holds. */
  private static void endCleanlyOnSignal(Thread main) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread("ending") {
              @Override
              public void run() {
                main.interrupt();
                try {
                  Thread.sleep(CLEANUP_SECONDS * 1000);
                  Runtime.getRuntime().halt(INTERRUPTED);
                } catch (InterruptedException _) {
                  // the machine is going down
                }
              }
            });
  }

  /**
   * Goes several ways in one process, for the AOT cache: a command a line, by build/launcher.sh.
   */
  private void train(String file) {
    if (file.isEmpty()) {
      return;
    }
    try {
      for (String line : Files.readAllLines(Path.of(file))) {
        run(List.of(line.split("\t", -1)));
      }
    } catch (IOException e) {
      err.println("jbuild: cannot train with " + file + ": " + e.getMessage());
    }
  }

  int run(List<String> arguments) {
    boolean debug = environment.getOrDefault("JBUILD_DEBUG", "").equals("1");
    Optional<Verb> verb = Optional.empty();
    try {
      Globals globals = Globals.takeFrom(arguments);
      debug |= globals.debug();
      List<String> words = globals.rest();
      if (words.isEmpty() || words.size() == 1 && isHelp(words.getFirst())) {
        HelpVerb.overview(out);
        return 0;
      }
      if (words.size() == 1 && isVersion(words.getFirst())) {
        out.println("jbuild version " + VersionVerb.version());
        return 0;
      }
      Verbs.Call call = Verbs.find(words);
      verb = Optional.of(call.verb());
      return run(call, globals, debug);
    } catch (Exception | StackOverflowError | OutOfMemoryError e) {
      out.flush();
      return new Failures(err, debug).report(e, verb);
    }
  }

  private int run(Verbs.Call call, Globals globals, boolean debug) throws Exception {
    try (Composition parts =
        new Composition(
            Session.storeRoot(globals.root(), environment),
            environment,
            warning -> err.println("WARNING: " + warning))) {
      parts.recover();
      Session session = new Session(in, out, err, environment, debug, call.arguments(), parts);
      Optional<Integer> known = call.verb().known(session);
      if (known.isPresent()) {
        return known.get();
      }
      Syntax syntax = call.verb().syntax();
      if (syntax.helpWanted(call.arguments())) {
        out.print(syntax.help());
        return 0;
      }
      return call.verb().run(parse(syntax, call), session);
    }
  }

  /** What a verb does not even begin with, no engine has refused. */
  private static Arguments parse(Syntax syntax, Verbs.Call call) {
    try {
      return syntax.parse(call.arguments());
    } catch (UsageException e) {
      throw new CommandException(
          call.verb().usagePrefix() + e.getMessage(), call.verb().usageExitCode());
    }
  }

  private static boolean isHelp(String word) {
    return word.equals("--help") || word.equals("-h") || word.equals("help");
  }

  private static boolean isVersion(String word) {
    return word.equals("--version") || word.equals("-v");
  }

  /** The options before the verb. */
  record Globals(Optional<String> root, boolean debug, List<String> rest) {
    static Globals takeFrom(List<String> arguments) {
      Optional<String> root = Optional.empty();
      boolean debug = false;
      int i = 0;
      for (; i < arguments.size(); i++) {
        String word = arguments.get(i);
        if (word.equals("-D") || word.equals("--debug")) {
          debug = true;
        } else if (word.startsWith("--root=")) {
          root = Optional.of(word.substring("--root=".length()));
        } else if (word.equals("--root")) {
          if (i + 1 == arguments.size()) {
            throw new UsageException("flag needs an argument: --root");
          }
          root = Optional.of(arguments.get(++i));
        } else {
          break;
        }
      }
      return new Globals(root, debug, new ArrayList<>(arguments.subList(i, arguments.size())));
    }
  }
}
