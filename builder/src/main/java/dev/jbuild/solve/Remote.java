package dev.jbuild.solve;

import dev.jbuild.fetch.GitAddress;
import dev.jbuild.fetch.GitCheckouts;
import dev.jbuild.fetch.HttpFiles;
import dev.jbuild.oci.Digest;
import dev.jbuild.plan.BuildRequest;
import dev.jbuild.plan.BuildRequest.Secret;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Fetches what a build names by address, with the credentials among its secrets. */
final class Remote {
  private final Store store;
  private final BuildRequest request;
  private final Evidence evidence;

  Remote(Store store, BuildRequest request, Evidence evidence) {
    this.store = store;
    this.request = request;
    this.evidence = evidence;
  }

  HttpFiles.Fetched http(String address, Optional<Digest> checksum) throws IOException {
    evidence.doubt();
    String host = host(address);
    Optional<String> authorization = secret("HTTP_AUTH_HEADER_" + host);
    if (authorization.isEmpty()) {
      authorization = secret("HTTP_AUTH_TOKEN_" + host).map(token -> "Bearer " + token);
    }
    return new HttpFiles(store, System.getenv()).fetch(address, checksum, authorization);
  }

  GitCheckouts.Checkout git(GitAddress address, Optional<String> checksum, boolean keepGitDir)
      throws IOException, InterruptedException {
    evidence.doubt();
    String host = host(address.remote());
    Optional<String> authorization = secret("GIT_AUTH_HEADER." + host);
    if (authorization.isEmpty()) {
      authorization = secret("GIT_AUTH_HEADER");
    }
    if (authorization.isEmpty()) {
      authorization = secret("GIT_AUTH_TOKEN." + host).map(GitCheckouts::basic);
    }
    if (authorization.isEmpty()) {
      authorization = secret("GIT_AUTH_TOKEN").map(GitCheckouts::basic);
    }
    Optional<Path> agent =
        request.run().ssh().getOrDefault("default", List.of()).stream()
            .filter(path -> !Files.isRegularFile(path))
            .findFirst();
    return new GitCheckouts(store, authorization, agent)
        .checkout(address, checksum.or(address::checksum), keepGitDir);
  }

  private static String host(String address) {
    try {
      return String.valueOf(URI.create(address).getHost());
    } catch (IllegalArgumentException _) {
      return "";
    }
  }

  private Optional<String> secret(String id) throws IOException {
    Secret secret = request.run().secrets().get(id);
    return switch (secret) {
      case null -> Optional.empty();
      case Secret.Value(String value) -> Optional.of(value.strip());
      case Secret.File(Path path) ->
          Optional.of(new String(Files.readAllBytes(path), StandardCharsets.UTF_8).strip());
    };
  }
}
