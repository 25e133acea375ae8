package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.MediaTypes;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What refers to a manifest as its subject: signatures, what it holds, how it was built
 * (distribution-spec, Listing Referrers). Where a registry does not list them, a tag with the
 * digest in its name does (Referrers Tag Schema), which those who push keep up to date.
 */
final class Referrers {
  /** With this a registry says that it lists what has just been pushed. */
  static final String HEADER = "OCI-Subject";

  private final Requests requests;

  Referrers(Requests requests) {
    this.requests = requests;
  }

  /** The entries of the index that lists them; none where nothing refers to it. */
  List<Json.Obj> of(Site site, ImageReference repository, Digest subject) {
    List<Json.Obj> all = new ArrayList<>();
    Set<URI> seen = new HashSet<>();
    Optional<URI> page =
        Optional.of(requests.url(site, site.repository(repository) + "/referrers/" + subject));
    while (page.isPresent() && seen.add(page.get())) {
      Call call =
          Call.of(
                  "GET",
                  page.get(),
                  "list what refers to " + subject + " in " + repository.familiarName(),
                  Scopes.pull(site, repository))
              .with("Accept", MediaTypes.OCI_INDEX);
      Optional<Page> read = requests.exchange(site, call, reply -> read(site, call, reply));
      if (read.isEmpty()) {
        return tagged(site, repository, subject);
      }
      all.addAll(read.get().entries());
      page = read.get().next();
    }
    return all;
  }

  /** A part of a list, and where the next one is. */
  private record Page(List<Json.Obj> entries, Optional<URI> next) {}

  /** Lists a manifest that has just been pushed under its subject's tag, if it has a subject. */
  void list(Site site, ImageReference repository, String mediaType, byte[] bytes) {
    Json.Obj manifest = Json.parseObject(bytes);
    if (manifest.get("subject").isEmpty()) {
      return;
    }
    Digest subject = Descriptor.fromJson(manifest.object("subject")).digest();
    List<Json.Obj> entries = new ArrayList<>(tagged(site, repository, subject));
    Json.Obj entry = entry(manifest, mediaType, bytes);
    if (entries.stream().anyMatch(e -> e.text("digest").equals(entry.text("digest")))) {
      return;
    }
    entries.add(entry);
    byte[] index =
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", MediaTypes.OCI_INDEX)
            .with("manifests", new Json.Arr(List.copyOf(entries)))
            .bytes();
    new Manifests(requests).put(site, tag(repository, subject), MediaTypes.OCI_INDEX, index);
  }

  private static Json.Obj entry(Json.Obj manifest, String mediaType, byte[] bytes) {
    Json.Obj entry =
        Json.obj()
            .with("mediaType", mediaType)
            .with("digest", Digest.sha256(bytes).toString())
            .with("size", bytes.length);
    Optional<String> type =
        manifest
            .text("artifactType")
            .filter(t -> !t.isEmpty())
            .or(() ->
                manifest.get("config").isPresent()
                    ? manifest.object("config").text("mediaType")
                    : Optional.empty());
    if (type.isPresent()) {
      entry = entry.with("artifactType", type.get());
    }
    return manifest.textMap("annotations").isEmpty()
        ? entry
        : entry.with("annotations", Json.textMap(manifest.textMap("annotations")));
  }

  private List<Json.Obj> tagged(Site site, ImageReference repository, Digest subject) {
    ImageReference tag = tag(repository, subject);
    Resolved found;
    try {
      found = new Manifests(requests).get(site, tag);
    } catch (RegistryException e) {
      if (e.status() == 404) {
        return List.of();
      }
      throw e;
    }
    if (!MediaTypes.isIndex(found.descriptor().mediaType())) {
      throw new RegistryException(
          tag.familiar() + " is no index, which by its name lists what refers to " + subject);
    }
    return Json.parseObject(found.bytes()).objects("manifests");
  }

  private static ImageReference tag(ImageReference repository, Digest subject) {
    return repository.withTag(subject.algorithm() + "-" + subject.hex());
  }

  /** Empty where the registry does not know such lists. */
  private Optional<Page> read(Site site, Call call, Reply reply) throws IOException {
    if (reply.status() == 404) {
      return Optional.empty();
    }
    if (reply.status() != 200) {
      throw requests.refusal(site, call, reply, "");
    }
    try {
      byte[] index = reply.body().readNBytes(Manifests.LARGEST);
      return Optional.of(
          new Page(Json.parseObject(index).objects("manifests"), Tags.next(requests, call, reply)));
    } catch (JsonException _) {
      throw new RegistryException(
          "cannot " + call.what() + ": " + site + " sends no list", 0, call.line(), List.of());
    }
  }
}
