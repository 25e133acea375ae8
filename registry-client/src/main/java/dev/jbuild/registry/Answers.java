package dev.jbuild.registry;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;

/** Failures from answers: what was wanted, where, what the registry says, what to do. */
final class Answers {
  private Answers() {}

  static RegistryException refusal(Call call, Reply reply, String hint) {
    byte[] body = reply.head();
    List<RegistryException.Problem> problems = Faults.problems(body);
    StringBuilder message =
        new StringBuilder("cannot ")
            .append(call.what())
            .append(": ")
            .append(Call.hostOf(reply.uri()));
    if (!Call.sameServer(call.uri(), reply.uri())) {
      message.append(", where ").append(Call.hostOf(call.uri())).append(" redirects to,");
    }
    message.append(" answers ").append(Faults.status(reply.status()));
    if (!problems.isEmpty()) {
      message
          .append(" (")
          .append(String.join("; ", problems.stream().map(Object::toString).toList()))
          .append(')');
    } else if (isHtml(reply, body)) {
      message.append(" with an HTML page");
    }
    String advice = hint.isEmpty() ? advice(reply) : hint;
    if (!advice.isEmpty()) {
      message.append("; ").append(advice);
    }
    return new RegistryException(message.toString(), reply.status(), call.line(), problems);
  }

  /** Tells whether a page for people came instead of a registry's answer. */
  static boolean isHtml(Reply reply, byte[] body) {
    String start =
        new String(body, 0, Math.min(body.length, 64), StandardCharsets.ISO_8859_1).stripLeading();
    return start.startsWith("<") || reply.header("Content-Type").orElse("").startsWith("text/html");
  }

  /** What to do about a connection that can't be had. */
  static String hint(Site site, IOException failure, RegistrySettings settings) {
    if (Faults.wantsClientCertificate(failure)) {
      return "; it wants a client certificate: put client.cert and client.key into /etc/docker/certs.d/"
          + site.host();
    }
    if (failure instanceof SSLException && !settings.insecure(site.host())) {
      return "; put its CA as ca.crt into /etc/docker/certs.d/"
          + site.host()
          + ", or mark it as insecure in the registries' settings";
    }
    if (Faults.isUnreachable(failure)) {
      return "; check the name, the network and the proxy settings";
    }
    return "";
  }

  private static String advice(Reply reply) {
    Duration wait = Patience.retryAfter(reply);
    String when = wait.isZero() ? "later" : "in " + wait.toSeconds() + " s";
    return switch (reply.status()) {
      case 429 -> "it wants fewer requests; log in, or try again " + when;
      case 500, 502, 503, 504 -> "the registry has trouble; try again " + when;
      default -> "";
    };
  }
}
