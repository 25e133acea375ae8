package dev.jbuild.registry;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request before it is sent: without credentials, which are added per hop.
 *
 * @param what is being done, in words that follow "cannot"
 * @param scope the access that is asked for, as a token server is told it; empty for none
 */
record Call(
    String method,
    URI uri,
    String what,
    String scope,
    Map<String, String> headers,
    @Nullable Upload body) {

  static Call of(String method, URI uri, String what, String scope) {
    return new Call(method, uri, what, scope, Map.of(), null);
  }

  Call with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new Call(method, uri, what, scope, more, body);
  }

  Call with(Upload given) {
    return new Call(method, uri, what, scope, headers, given);
  }

  Call at(URI other) {
    return new Call(method, other, what, scope, headers, body);
  }

  /** Method and URL without the query, which may hold a signature. */
  String line() {
    return method + " " + bare(uri);
  }

  static String bare(URI uri) {
    return uri.getScheme() + "://" + hostOf(uri) + uri.getRawPath();
  }

  /** Host and port as written; user information, which is a secret, is left out. */
  static String hostOf(URI uri) {
    String authority = String.valueOf(uri.getRawAuthority());
    return authority.substring(authority.lastIndexOf('@') + 1);
  }

  /** Tells whether what is secret to one URL's server may be told to the other's. */
  static boolean sameServer(URI one, URI other) {
    return String.valueOf(one.getScheme()).equalsIgnoreCase(other.getScheme())
        && String.valueOf(one.getHost()).equalsIgnoreCase(other.getHost())
        && port(one) == port(other);
  }

  private static int port(URI uri) {
    if (uri.getPort() >= 0) {
      return uri.getPort();
    }
    return "https".equalsIgnoreCase(uri.getScheme()) ? 443 : 80;
  }
}
