package dev.jbuild.registry;

import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Words for what went wrong. */
final class Faults {
  private static final int LONGEST = 300;
  private static final Pattern SECRET = Pattern.compile("(?i)\\b(bearer|basic)\\s+[\\w.~+/=-]+");

  private Faults() {}

  /** Why an exchange broke, in words for people. */
  static String reason(IOException failure) {
    if (caused(failure, UnresolvedAddressException.class)) {
      return "the host name is not known";
    }
    String message = plain(String.valueOf(deepest(failure)));
    return switch (failure) {
      case NoSuchFileException _ -> "there is no such file";
      case SSLException _ when isTrust(failure) ->
          "its certificate is not trusted (" + message + ")";
      case SSLException _ -> "TLS failed (" + message + ")";
      case SocketTimeoutException _ -> message;
      case ConnectException _ ->
          message.isEmpty() || message.equals("null") ? "connection refused" : message;
      case EOFException _ -> "the connection closed too early";
      default -> message;
    };
  }

  /** Tells whether asking again at once can't help: no such host, nobody listens, no trust. */
  static boolean isLasting(IOException failure) {
    return isUnreachable(failure) || failure instanceof SSLException;
  }

  /** Tells whether a registry refuses whom it does not know (RFC 8446, section 6.2). */
  static boolean wantsClientCertificate(IOException failure) {
    String alert = deepest(failure);
    return caused(failure, SSLException.class)
        && (alert.contains("certificate_required") || alert.contains("bad_certificate"));
  }

  /** Tells whether there was not even a connection. */
  static boolean isUnreachable(IOException failure) {
    return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException;
  }

  /** The errors of an answer's JSON body; none where it is no such JSON. */
  static List<RegistryException.Problem> problems(byte[] body) {
    try {
      return Json.parse(body) instanceof Json.Obj json
          ? json.objects("errors").stream()
              .map(e ->
                  new RegistryException.Problem(
                      plain(e.text("code").orElse("UNKNOWN")), plain(e.text("message").orElse(""))))
              .limit(10)
              .toList()
          : List.of();
    } catch (JsonException _) {
      return List.of();
    }
  }

  /** Foreign text for a terminal: one short line, no control characters, no credentials. */
  static String plain(String text) {
    String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
    String safe = SECRET.matcher(line).replaceAll("$1 …");
    return safe.length() <= LONGEST ? safe : safe.substring(0, LONGEST) + "…";
  }

  /** The usual words for a status. */
  static String status(int status) {
    String words =
        switch (status) {
          case 400 -> " Bad Request";
          case 401 -> " Unauthorized";
          case 403 -> " Forbidden";
          case 404 -> " Not Found";
          case 405 -> " Method Not Allowed";
          case 413 -> " Content Too Large";
          case 416 -> " Range Not Satisfiable";
          case 429 -> " Too Many Requests";
          case 500 -> " Internal Server Error";
          case 502 -> " Bad Gateway";
          case 503 -> " Service Unavailable";
          case 504 -> " Gateway Timeout";
          default -> "";
        };
    return status + words;
  }

  private static boolean isTrust(Throwable failure) {
    return caused(failure, java.security.cert.CertificateException.class)
        || caused(failure, java.security.cert.CertPathBuilderException.class);
  }

  private static boolean caused(Throwable failure, Class<? extends Throwable> type) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  private static String deepest(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t.getMessage() != null) {
        message = t.getMessage();
      }
    }
    return message;
  }
}
