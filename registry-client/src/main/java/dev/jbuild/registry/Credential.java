package dev.jbuild.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** What proves to a registry who asks. Never printed. */
sealed interface Credential {
  /** A name and a password or personal access token. */
  record Basic(String username, String password) implements Credential {
    /** The value of an Authorization header (RFC 7617). */
    String header() {
      return "Basic " + encoded();
    }

    String encoded() {
      return Base64.getEncoder()
          .encodeToString((username + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public String toString() {
      return "Basic[…]";
    }
  }

  /** A token that a token server changes into others (OAuth 2, refresh token). */
  record Identity(String token) implements Credential {
    @Override
    public String toString() {
      return "Identity[…]";
    }
  }

  /** The name under which helpers give an identity token. */
  String TOKEN_USER = "<token>";

  static Credential of(String username, String password) {
    return username.equals(TOKEN_USER) ? new Identity(password) : new Basic(username, password);
  }
}
