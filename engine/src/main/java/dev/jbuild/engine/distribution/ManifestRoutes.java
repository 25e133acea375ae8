package dev.jbuild.engine.distribution;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.MediaTypes;
import dev.jbuild.store.Gate;
import dev.jbuild.store.Store;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Manifests, tags and referrers: end-3, end-7 to end-9 and end-12 of spec.md. */
final class ManifestRoutes {
  private static final int LARGEST = 4 << 20;
  private static final Pattern TAG = Pattern.compile("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}");

  private final Store store;
  private final Repositories repositories;
  private final Optional<Upstream> upstream;

  ManifestRoutes(Store store, Repositories repositories, Optional<Upstream> upstream) {
    this.store = store;
    this.repositories = repositories;
    this.upstream = upstream;
  }

  void manifest(Visit visit, Repositories.Repository repository, String reference)
      throws IOException {
    boolean digest = reference.indexOf(':') >= 0;
    if (digest) {
      Visit.digestOf(reference);
    } else if (!TAG.matcher(reference).matches()) {
      throw new Refusal(404, "MANIFEST_UNKNOWN", "not a tag: " + reference);
    }
    switch (visit.method()) {
      case "GET", "HEAD" -> get(visit, repository, reference);
      case "PUT" -> put(visit, repository, reference);
      case "DELETE" -> delete(visit, repository, reference);
      default -> throw Refusal.noMethod(visit.method());
    }
  }

  private Optional<Descriptor> find(Repositories.Repository repository, String reference)
      throws IOException {
    return Digest.isDigest(reference)
        ? repository.manifest(Digest.parse(reference))
        : repository.tag(reference);
  }

  private void get(Visit visit, Repositories.Repository repository, String reference)
      throws IOException {
    Optional<Descriptor> found = find(repository, reference);
    if (upstream.isPresent() && (found.isEmpty() || !Digest.isDigest(reference))) {
      found = upstream.get().manifest(repository, reference, found);
    }
    if (found.isEmpty()) {
      if (!repository.exists()) {
        throw Refusal.noName(repository.name());
      }
      throw new Refusal(404, "MANIFEST_UNKNOWN", "manifest unknown: " + reference);
    }
    Digest digest = found.get().digest();
    visit.with("Docker-Content-Digest", digest.toString()).with("ETag", "\"" + digest + "\"");
    if (visit.header("If-None-Match").map(tag -> tag.contains(digest.toString())).orElse(false)) {
      visit.answer(304);
      return;
    }
    visit.answer(200, found.get().mediaType(), store.blobs().read(digest));
  }

  private void put(Visit visit, Repositories.Repository repository, String reference)
      throws IOException {
    byte[] bytes = visit.body().readNBytes(LARGEST + 1);
    if (bytes.length > LARGEST) {
      throw new Refusal(413, "MANIFEST_INVALID", "a manifest may have 4 MiB");
    }
    Optional<Digest> said =
        Digest.isDigest(reference) ? Optional.of(Digest.parse(reference)) : Optional.empty();
    if (said.isPresent() && !compute(said.get(), bytes).equals(said.get())) {
      throw new Refusal(400, "DIGEST_INVALID", "provided digest did not match uploaded content");
    }
    Json.Obj json;
    List<Descriptor> needed = new ArrayList<>();
    try {
      json = Json.parseObject(bytes);
      needed.addAll(references(json));
    } catch (JsonException e) {
      throw new Refusal(400, "MANIFEST_INVALID", String.valueOf(e.getMessage()));
    }
    String type = type(visit, json);
    Digest digest = said.orElseGet(() -> Digest.sha256(bytes));
    Descriptor manifest = Descriptor.of(type, digest, bytes.length);
    Optional<Digest> subject = subject(json);
    keep(digest, bytes);
    // Nobody collects between the look at what is needed and the name of what needs it.
    try (Gate _ = store.pass()) {
      check(repository, json, needed);
      repository.addManifest(manifest);
      if (subject.isPresent()) {
        repository.addReferrer(subject.get(), digest, referrer(manifest, json));
      }
      if (said.isEmpty()) {
        repository.setTag(reference, manifest);
      }
    }
    if (subject.isPresent()) {
      visit.with("OCI-Subject", subject.get().toString());
    }
    visit
        .with("Location", "/v2/" + repository.name() + "/manifests/" + digest)
        .with("Docker-Content-Digest", digest.toString())
        .answer(201);
  }

  /** Stores the bytes under a digest of whatever algorithm. */
  private void keep(Digest digest, byte[] bytes) throws IOException {
    try (var ingest = store.blobs().ingest()) {
      ingest.write(bytes);
      ingest.commit(digest, bytes.length);
    }
  }

  private static Digest compute(Digest like, byte[] bytes) {
    return new Digest(
        like.algorithm(), HexFormat.of().formatHex(like.newComputation().digest(bytes)));
  }

  private static String type(Visit visit, Json.Obj json) {
    String announced = visit.header("Content-Type").orElse("").split(";", 2)[0].strip();
    Optional<String> inside = json.text("mediaType");
    if (inside.isPresent() && !announced.isEmpty() && !inside.get().equals(announced)) {
      throw new Refusal(
          400,
          "MANIFEST_INVALID",
          "the manifest says mediaType " + inside.get() + ", the request " + announced);
    }
    if (!announced.isEmpty()) {
      return announced;
    }
    return inside.orElseGet(
        () -> json.get("manifests").isPresent() ? MediaTypes.OCI_INDEX : MediaTypes.OCI_MANIFEST);
  }

  /** What a manifest or index needs here. */
  static List<Descriptor> references(Json.Obj json) {
    List<Descriptor> all = new ArrayList<>();
    if (json.get("config").isPresent()) {
      all.add(Descriptor.fromJson(json.object("config")));
    }
    json.objects("layers").stream()
        .filter(layer -> layer.texts("urls").isEmpty())
        .map(Descriptor::fromJson)
        .forEach(all::add);
    json.objects("manifests").stream().map(Descriptor::fromJson).forEach(all::add);
    return all;
  }

  /** What a manifest names is here, but for its subject, which may come later or never. */
  private static void check(
      Repositories.Repository repository, Json.Obj json, List<Descriptor> needed)
      throws IOException {
    boolean index = json.get("manifests").isPresent();
    for (Descriptor one : needed) {
      boolean here =
          index ? repository.manifest(one.digest()).isPresent() : repository.hasBlob(one.digest());
      if (!here) {
        throw new Refusal(
            404,
            "MANIFEST_BLOB_UNKNOWN",
            (index ? "manifest" : "blob") + " unknown to registry: " + one.digest());
      }
    }
  }

  private static Optional<Digest> subject(Json.Obj json) {
    try {
      return json.get("subject").isPresent()
          ? Optional.of(Descriptor.fromJson(json.object("subject")).digest())
          : Optional.empty();
    } catch (JsonException e) {
      throw new Refusal(400, "MANIFEST_INVALID", "subject: " + e.getMessage());
    }
  }

  /** As the list of referrers has it (spec.md, Listing Referrers). */
  private static Json.Obj referrer(Descriptor manifest, Json.Obj json) {
    Json.Obj entry = manifest.toJson();
    String config = json.object("config").text("mediaType").orElse("");
    Optional<String> type =
        json.text("artifactType").filter(t -> !t.isEmpty()).or(() -> Optional.of(config));
    if (!type.get().isEmpty()) {
      entry = entry.with("artifactType", type.get());
    }
    return json.get("annotations").isPresent()
        ? entry.with("annotations", json.object("annotations"))
        : entry;
  }

  private void delete(Visit visit, Repositories.Repository repository, String reference)
      throws IOException {
    if (!Digest.isDigest(reference)) {
      if (!repository.removeTag(reference)) {
        throw new Refusal(404, "MANIFEST_UNKNOWN", "manifest unknown: " + reference);
      }
      visit.answer(202);
      return;
    }
    Digest digest = Digest.parse(reference);
    if (repository.manifest(digest).isEmpty()) {
      throw new Refusal(404, "MANIFEST_UNKNOWN", "manifest unknown: " + reference);
    }
    remove(store, repository, digest);
    visit.answer(202);
  }

  /** Removes a manifest with its tags and from its subject's list; the collector takes the rest. */
  static void remove(Store store, Repositories.Repository repository, Digest digest)
      throws IOException {
    Optional<Digest> subject = subject(Json.parseObject(store.blobs().read(digest)));
    if (subject.isPresent()) {
      repository.removeReferrer(subject.get(), digest);
    }
    repository.removeManifest(digest);
  }

  void tags(Visit visit, Repositories.Repository repository) throws IOException {
    if (!visit.method().equals("GET")) {
      throw Refusal.noMethod(visit.method());
    }
    List<String> tags = repository.tags();
    if (upstream.isPresent()) {
      tags = upstream.get().tags(repository).orElse(tags);
    }
    if (tags.isEmpty() && !repository.exists()) {
      throw Refusal.noName(repository.name());
    }
    Page page = Page.of(visit, tags, "/v2/" + repository.name() + "/tags/list");
    visit.answer(
        200,
        "application/json",
        Json.obj().with("name", repository.name()).with("tags", page.json()).bytes());
  }

  void catalog(Visit visit) throws IOException {
    if (!visit.method().equals("GET")) {
      throw Refusal.noMethod(visit.method());
    }
    Page page = Page.of(visit, repositories.names(), "/v2/_catalog");
    visit.answer(200, "application/json", Json.obj().with("repositories", page.json()).bytes());
  }

  void referrers(Visit visit, Repositories.Repository repository, Digest subject)
      throws IOException {
    if (!visit.method().equals("GET")) {
      throw Refusal.noMethod(visit.method());
    }
    List<Json> entries = new ArrayList<>(repository.referrers(subject));
    Optional<String> type = visit.query("artifactType", true);
    if (type.isPresent()) {
      entries.removeIf(entry ->
          !(entry instanceof Json.Obj one
              && one.text("artifactType").orElse("").equals(type.get())));
      visit.with("OCI-Filters-Applied", "artifactType");
    }
    visit.answer(
        200,
        MediaTypes.OCI_INDEX,
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", MediaTypes.OCI_INDEX)
            .with("manifests", new Json.Arr(entries))
            .bytes());
  }

  /** A part of a sorted list (spec.md, Listing Tags): {@code n} of those after {@code last}. */
  private record Page(List<String> items) {
    static Page of(Visit visit, List<String> all, String path) {
      Optional<String> last = visit.query("last", true);
      List<String> rest =
          all.stream().filter(item -> last.isEmpty() || item.compareTo(last.get()) > 0).toList();
      Optional<String> wanted = visit.query("n", true);
      if (wanted.isEmpty()) {
        return new Page(rest);
      }
      int n;
      try {
        n = Integer.parseInt(wanted.get());
      } catch (NumberFormatException _) {
        n = -1;
      }
      if (n < 0) {
        throw new Refusal(400, "PAGINATION_NUMBER_INVALID", "n is no number: " + wanted.get());
      }
      List<String> part = rest.subList(0, Math.min(n, rest.size()));
      if (part.size() < rest.size() && !part.isEmpty()) {
        visit.with("Link", "<" + path + "?n=" + n + "&last=" + part.getLast() + ">; rel=\"next\"");
      }
      return new Page(part);
    }

    Json json() {
      return Json.texts(items);
    }
  }
}
