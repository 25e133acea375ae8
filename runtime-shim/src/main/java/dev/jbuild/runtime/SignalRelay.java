package dev.jbuild.runtime;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/**
 * Passes this process's signals on to another while it runs, as {@code docker run} does.
 *
 * <p>The JDK has only {@code sun.misc.Signal} for it, exported by {@code jdk.unsupported} but
 * refused by a compiler that takes warnings for errors; hence the reflection. QUIT stays the JVM's
 * own.
 */
final class SignalRelay implements AutoCloseable {
  private static final String[] SIGNALS = {"INT", "TERM", "HUP", "USR2"};

  private final Map<Object, Object> before = new HashMap<>();

  private final CompletableFuture<Process> receiver = new CompletableFuture<>();

  private SignalRelay() {}

  /** Takes the signals. Comes before the program starts, which may be quicker than this. */
  static SignalRelay install() {
    listenAgain();
    SignalRelay relay = new SignalRelay();
    for (String name : SIGNALS) {
      relay.install(name, relay::answer);
    }
    return relay;
  }

  /** Passes the signals on from now on, those that have come already first. */
  void to(Process process) {
    receiver.complete(process);
  }

  /**
   * A shell starts what it starts in the background with INT ignored, and the JVM then refuses to
   * handle it: the container should still get it.
   */
  private static void listenAgain() {
    long ignored = ignored();
    for (int signal : new int[] {1, 2, 15}) {
      if ((ignored >> (signal - 1) & 1) != 0) {
        resetToDefault(signal);
      }
    }
  }

  private static long ignored() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/self/status"), ISO_8859_1)) {
        if (line.startsWith("SigIgn:")) {
          return Long.parseUnsignedLong(line.substring(7).strip(), 16);
        }
      }
    } catch (IOException | NumberFormatException _) {
      // Without /proc nothing is known, and nothing is changed.
    }
    return 0;
  }

  @SuppressWarnings("restricted") // signal(3) of the C library, which every JVM is linked with.
  private static void resetToDefault(int signal) {
    Linker linker = Linker.nativeLinker();
    MethodHandle set =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("signal"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG));
    try {
      long _ = (long) set.invokeExact(signal, 0L);
    } catch (Throwable e) {
      throw new ShimException("cannot listen to signal " + signal, e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // A proxy has no other equality to offer.
  private Object answer(Object proxy, Method method, Object[] arguments) {
    return switch (method.getName()) {
      case "handle" -> receiver.thenAccept(process -> send(process, arguments[0].toString()));
      case "equals" -> proxy == arguments[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "signal relay";
    };
  }

  @Override
  public void close() {
    before.forEach(SignalRelay::handle);
  }

  private void install(String name, InvocationHandler pass) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object signal = type.getConstructor(String.class).newInstance(name);
      Object handler =
          Proxy.newProxyInstance(
              SignalRelay.class.getClassLoader(), new Class<?>[] {handlerType}, pass);
      before.put(signal, handle(signal, handler));
    } catch (ReflectiveOperationException | IllegalArgumentException _) {
      // The JVM keeps this one for itself (-Xrs the other way round): it is not passed on.
    }
  }

  private static Object handle(Object signal, Object handler) {
    try {
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      return signal
          .getClass()
          .getMethod("handle", signal.getClass(), handlerType)
          .invoke(null, signal, handler);
    } catch (ReflectiveOperationException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static Object send(Process process, String signal) {
    String name = signal.startsWith("SIG") ? signal.substring(3) : signal;
    if (name.equals("TERM")) {
      process.destroy();
      return true;
    }
    try {
      return new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new ShimException("cannot pass signal " + name + " on to the container", e);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
