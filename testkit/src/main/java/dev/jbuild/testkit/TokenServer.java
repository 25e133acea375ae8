package dev.jbuild.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Gives the tokens that a docker-registry trusts (distribution, "Token Authentication
 * Specification"): to one user for everything, to everybody else for pulls only, and for a time.
 */
public final class TokenServer implements AutoCloseable {
  public static final String SERVICE = "testkit registry";
  public static final String ISSUER = "testkit tokens";

  /** How long docker-registry takes an expired token all the same. */
  private static final long LEEWAY_SECONDS = 60;

  private final Path folder;
  private final String login;
  private final Duration lifetime;
  private final HttpServer server;
  private final PrivateKey key;
  private final String certificate;
  private final List<Given> given = new CopyOnWriteArrayList<>();

  /** A token that was given; {@code user} is empty for nobody. */
  public record Given(String user, List<String> scopes) {}

  private TokenServer(Path folder, String login, Duration lifetime)
      throws IOException, GeneralSecurityException {
    this.folder = folder;
    this.login = login;
    this.lifetime = lifetime;
    Certificates.selfSigned(folder, "tokens");
    byte[] der = pem(Files.readString(key()));
    key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(der));
    certificate = Base64.getEncoder().encodeToString(pem(Files.readString(certificate())));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/token", this::token);
    server.start();
  }

  /**
   * Starts one.
   *
   * @param login {@code user:password}
   * @param lifetime for which the registry takes a token
   */
  public static TokenServer start(Path folder, String login, Duration lifetime) {
    try {
      return new TokenServer(Files.createDirectories(folder), login, lifetime);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  public String realm() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  /** What the registry shall trust. */
  public Path certificate() {
    return folder.resolve("tokens.crt");
  }

  private Path key() {
    return folder.resolve("tokens.key");
  }

  public List<Given> given() {
    return List.copyOf(given);
  }

  private static byte[] pem(String text) {
    return Base64.getMimeDecoder().decode(text.replaceAll("-----.*?-----", ""));
  }

  private void token(HttpExchange exchange) throws IOException {
    try (exchange) {
      String header = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
      boolean known =
          header.equals(
              "Basic "
                  + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)));
      if (!known && header.startsWith("Basic ")) {
        answer(exchange, 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\"}]}");
        return;
      }
      String user = known ? login.substring(0, login.indexOf(':')) : "";
      List<String> scopes = scopes(exchange.getRequestURI().getRawQuery());
      given.add(new Given(user, scopes));
      // The client believes in a minute; the registry does not, which is what a test is after.
      answer(exchange, 200, "{\"token\":\"" + sign(user, scopes) + "\",\"expires_in\":60}");
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private static List<String> scopes(String query) {
    List<String> scopes = new ArrayList<>();
    for (String field : query.split("&", -1)) {
      if (field.startsWith("scope=")) {
        scopes.add(URLDecoder.decode(field.substring(6), StandardCharsets.UTF_8));
      }
    }
    return scopes;
  }

  private String sign(String user, List<String> scopes) throws GeneralSecurityException {
    String access =
        scopes.stream()
            .map(scope -> scope.split(":", -1))
            .map(parts ->
                "{\"type\":\"%s\",\"name\":\"%s\",\"actions\":[%s]}"
                    .formatted(parts[0], parts[1], actions(user, parts[2])))
            .collect(Collectors.joining(","));
    Instant now = Instant.now();
    String claims =
        "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"exp\":%d,\"nbf\":%d,\"iat\":%d,\"jti\":\"%d\",\"access\":[%s]}"
            .formatted(
                ISSUER,
                user,
                SERVICE,
                now.plus(lifetime).getEpochSecond() - LEEWAY_SECONDS,
                now.getEpochSecond() - 3600,
                now.getEpochSecond() - 3600,
                given.size(),
                access);
    String head = "{\"typ\":\"JWT\",\"alg\":\"RS256\",\"x5c\":[\"" + certificate + "\"]}";
    String text = base64(head) + "." + base64(claims);
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initSign(key);
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    return text + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature.sign());
  }

  private static String actions(String user, String wanted) {
    return List.of(wanted.split(",", -1)).stream()
        .filter(action -> !user.isEmpty() || action.equals("pull"))
        .map(action -> "\"" + action + "\"")
        .collect(Collectors.joining(","));
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
