package dev.jbuild.cli.progress;

import dev.jbuild.solve.BuildEvent;
import java.io.OutputStream;
import java.time.InstantSource;
import java.util.Map;

/** Chooses the display of a build. */
public final class Displays {
  private static final long FRAME_MILLIS = 100;
  private static final long SIZE_EVERY_FRAMES = 20;

  private Displays() {}

  /**
   * Opens the display for a mode.
   *
   * @param err where progress goes: standard error
   * @param environment for TERM, NO_COLOR, COLUMNS and LINES
   * @param debug whether warnings are explained
   */
  public static ProgressDisplay open(
      ProgressMode mode, OutputStream err, Map<String, String> environment, boolean debug) {
    return switch (mode) {
      case AUTO -> open(live(environment), err, environment, debug);
      case PLAIN -> {
        PlainDisplay display = new PlainDisplay(err, System::nanoTime, debug);
        yield new Ticking(display, display::tick);
      }
      case TTY -> tty(err, environment, debug);
      case QUIET -> new QuietDisplay(err, System::nanoTime);
      case RAWJSON -> new RawJsonDisplay(err, InstantSource.system());
      case NONE -> new Silent();
    };
  }

  private static ProgressMode live(Map<String, String> environment) {
    boolean dumb = environment.getOrDefault("TERM", "").equals("dumb");
    return !dumb && Terminal.isTerminal(2) ? ProgressMode.TTY : ProgressMode.PLAIN;
  }

  private static ProgressDisplay tty(
      OutputStream err, Map<String, String> environment, boolean debug) {
    SizeWatch size = new SizeWatch(environment);
    Style style = new Style(environment.getOrDefault("NO_COLOR", "").isEmpty());
    TtyDisplay display = new TtyDisplay(err, System::nanoTime, () -> size.last, style, debug);
    return new Ticking(
        display,
        () -> {
          size.look();
          display.tick();
        });
  }

  /** The terminal's size, asked for now and then, since people resize windows. */
  private static final class SizeWatch {
    private final Map<String, String> environment;
    private long frames;
    volatile Terminal.Size last;

    SizeWatch(Map<String, String> environment) {
      this.environment = environment;
      this.last = new Terminal.Size(80, 24);
    }

    void look() {
      if (frames++ % SIZE_EVERY_FRAMES == 0) {
        last = Terminal.size(environment);
      }
    }
  }

  /** Gives a display its frames while the build runs. */
  private static final class Ticking implements ProgressDisplay {
    private final ProgressDisplay display;
    private final Thread thread;

    Ticking(ProgressDisplay display, Runnable tick) {
      this.display = display;
      this.thread =
          Thread.ofPlatform()
              .daemon()
              .name("progress")
              .start(() -> {
                try {
                  while (true) {
                    tick.run();
                    Thread.sleep(FRAME_MILLIS);
                  }
                } catch (InterruptedException _) {
                  // closed
                }
              });
    }

    @Override
    public void on(BuildEvent event) {
      display.on(event);
    }

    @Override
    public void close() {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      display.close();
    }
  }

  private static final class Silent implements ProgressDisplay {
    @Override
    public void on(BuildEvent event) {
      // wished so
    }

    @Override
    public void close() {
      // nothing was opened
    }
  }
}
