package dev.jbuild.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Sends one request and gives its answer: no redirects, no credentials, no repetition. The only
 * class that makes {@link HttpClient}s: one for all hosts, and one more for each way to trust.
 */
final class Wire implements AutoCloseable {
  static {
    // A layer goes in larger pieces than 16 KiB, each of which costs some dozen objects.
    if (System.getProperty("jdk.httpclient.bufsize") == null) {
      System.setProperty("jdk.httpclient.bufsize", "65536");
    }
  }

  private final RegistrySettings settings;
  private final Trust trust;
  private final Proxies proxies;
  // The threads have one name: a counter in it would cost a short command five classes spun.
  private final ExecutorService threads =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("registry").factory());
  private final Map<Object, HttpClient> clients = new ConcurrentHashMap<>();

  Wire(RegistrySettings settings) {
    this.settings = settings;
    this.trust = new Trust(settings);
    this.proxies = new Proxies(settings);
  }

  /** Sends a request with the given further headers. */
  Reply send(Call call, Map<String, String> secrets) throws IOException {
    HttpRequest.Builder request = HttpRequest.newBuilder(call.uri());
    request.header("User-Agent", "jbuild");
    call.headers().forEach(request::header);
    secrets.forEach(request::header);
    proxies.credentials(call.uri()).ifPresent(c -> request.header("Proxy-Authorization", c));
    Upload body = call.body();
    request.method(call.method(), publisher(body));
    Duration idle = settings.timing().idle();
    CompletableFuture<HttpResponse<InputStream>> answer =
        client(call).sendAsync(request.build(), _ -> new BodyPipe(idle));
    try {
      HttpResponse<InputStream> response = await(answer, body);
      return new Reply(
          call.method(), response.statusCode(), response.headers(), response.body(), call.uri());
    } finally {
      if (body != null) {
        body.release();
      }
    }
  }

  @Override
  public void close() {
    clients.values().forEach(HttpClient::shutdownNow);
    clients.values().forEach(HttpClient::close);
    threads.shutdownNow();
  }

  private static HttpRequest.BodyPublisher publisher(@Nullable Upload body) {
    if (body == null || body.length() == 0) {
      return BodyPublishers.noBody();
    }
    return BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(body::open), body.length());
  }

  private HttpClient client(Call call) throws IOException {
    boolean tls = "https".equalsIgnoreCase(call.uri().getScheme());
    String host = Call.hostOf(call.uri());
    Object kind = tls ? trust.kind(host) : Trust.PLAIN;
    HttpClient known = clients.get(kind);
    if (known != null) {
      return known;
    }
    synchronized (clients) {
      HttpClient made = clients.get(kind);
      if (made == null) {
        HttpClient.Builder builder =
            HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(settings.timing().connect())
                .proxy(proxies)
                .executor(threads);
        // Without one given, the client would read all of the JDK's authorities to make one.
        builder.sslContext(tls ? trust.context(host) : new NoTls());
        made = builder.build();
        clients.put(kind, made);
      }
      return made;
    }
  }

  /** Waits for the head of the answer, as long as something moves. */
  private HttpResponse<InputStream> await(
      CompletableFuture<HttpResponse<InputStream>> answer, @Nullable Upload body)
      throws IOException {
    long begun = System.nanoTime();
    try {
      while (true) {
        long moved = body == null ? begun : body.movedAt();
        boolean sent = body != null && body.length() > 0 && body.isComplete();
        Duration limit = sent ? settings.timing().commit() : settings.timing().idle();
        long left = limit.toNanos() - (System.nanoTime() - moved);
        if (left <= 0) {
          answer.cancel(true);
          throw new SocketTimeoutException("no answer for " + limit.toSeconds() + " s");
        }
        try {
          return answer.get(left, TimeUnit.NANOSECONDS);
        } catch (TimeoutException _) {
          // The upload may have moved meanwhile: look again.
        }
      }
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    } catch (InterruptedException _) {
      answer.cancel(true);
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("cancelled");
    }
  }
}
