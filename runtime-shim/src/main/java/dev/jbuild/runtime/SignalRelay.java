package dev.jbuild.runtime;

import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
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
