package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import dev.jbuild.oci.MediaTypes;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Manifests and indexes (distribution-spec, Pulling manifests, Pushing manifests). */
final class Manifests {
  /** The size up to which every registry has to take a manifest; nobody makes larger ones. */
  static final int LARGEST = 4 << 20;

  private static final String ACCEPT =
      String.join(
          ", ",
          MediaTypes.OCI_INDEX,
          MediaTypes.OCI_MANIFEST,
          MediaTypes.DOCKER_INDEX,
          MediaTypes.DOCKER_MANIFEST);
  private static final Pattern TYPE = Pattern.compile("[\\w.+-]+/[\\w.+-]+");
  private static final String DIGEST_HEADER = "Docker-Content-Digest";

  private final Requests requests;

  Manifests(Requests requests) {
    this.requests = requests;
  }

  /** Asks for the digest only; empty where the registry does not give it. */
  Optional<Descriptor> head(Site site, ImageReference reference) {
    Call call = pull("HEAD", site, reference);
    return requests.exchange(
        site,
        call,
        reply -> {
          if (reply.status() != 200 && site.mirror()) {
            throw requests.refusal(site, call, reply, "");
          }
          // Some registries know no HEAD, and none can say in one why it refuses.
          if (reply.status() != 200) {
            return Optional.empty();
          }
          Optional<Digest> digest = digest(reply);
          String type = type(reply);
          return digest.isEmpty() || reply.length() < 0 || !isKnown(type)
              ? Optional.empty()
              : Optional.of(Descriptor.of(type, digest.get(), reply.length()));
        });
  }

  /** Fetches a manifest by digest or tag, checked. */
  Resolved get(Site site, ImageReference reference) {
    Call call = pull("GET", site, reference);
    return requests.exchange(site, call, reply -> read(site, call, reply, reference.digest()));
  }

  /** Puts bytes under a tag or their digest. */
  Digest put(Site site, ImageReference reference, String mediaType, byte[] bytes) {
    Digest digest =
        reference.digest().map(d -> compute(d, bytes)).orElseGet(() -> Digest.sha256(bytes));
    if (reference.digest().isPresent() && !reference.digest().get().equals(digest)) {
      throw new RegistryException(
          "cannot push " + reference.familiar() + ": the manifest's digest is " + digest);
    }
    String tag = reference.tagOrDigest();
    Call call =
        Call.of(
                "PUT",
                requests.url(site, site.repository(reference) + "/manifests/" + tag),
                "push the manifest of " + reference.familiar(),
                Scopes.push(site, reference))
            .with("Content-Type", mediaType)
            .with(Upload.of(bytes));
    boolean listed =
        requests.exchange(
            site,
            call,
            reply -> {
              if (reply.status() / 100 != 2) {
                throw requests.refusal(site, call, reply, "");
              }
              Optional<Digest> kept = digest(reply).filter(d -> !d.equals(compute(d, bytes)));
              if (kept.isPresent()) {
                throw new RegistryException(
                    "the registry "
                        + site
                        + " keeps another manifest than was sent: "
                        + kept.get()
                        + " instead of "
                        + digest);
              }
              return reply.header(Referrers.HEADER).isPresent();
            });
    if (!listed) {
      new Referrers(requests).list(site, reference, mediaType, bytes);
    }
    return digest;
  }

  void delete(Site site, ImageReference reference) {
    Call call =
        Call.of(
            "DELETE",
            requests.url(
                site, site.repository(reference) + "/manifests/" + reference.tagOrDigest()),
            "delete " + reference.familiar(),
            Scopes.delete(site, reference));
    deleteAt(site, call);
  }

  /** Sends a DELETE, for manifests and blobs. */
  void deleteAt(Site site, Call call) {
    requests.exchange(
        site,
        call,
        reply -> {
          if (reply.status() / 100 != 2) {
            String hint = reply.status() == 405 ? "the registry does not allow to delete" : "";
            throw requests.refusal(site, call, reply, hint);
          }
          return true;
        });
  }

  private Call pull(String method, Site site, ImageReference reference) {
    return Call.of(
            method,
            requests.url(
                site, site.repository(reference) + "/manifests/" + reference.tagOrDigest()),
            "fetch the manifest of " + reference.familiar(),
            Scopes.pull(site, reference))
        .with("Accept", ACCEPT);
  }

  private Resolved read(Site site, Call call, Reply reply, Optional<Digest> wanted)
      throws IOException {
    if (reply.status() != 200) {
      throw requests.refusal(
          site, call, reply, reply.status() == 404 ? "check the name and the tag" : "");
    }
    byte[] bytes = reply.length() > LARGEST ? new byte[0] : reply.body().readNBytes(LARGEST + 1);
    if (reply.length() > LARGEST || bytes.length > LARGEST) {
      throw refuse(
          call, reply, "a manifest of more than 4 MiB, the limit; it is none that can be used");
    }
    // What was asked for by digest has that digest; what was asked for by tag, the announced one.
    Optional<Digest> expected = wanted.or(() -> digest(reply));
    if (expected.isPresent() && !compute(expected.get(), bytes).equals(expected.get())) {
      throw refuse(
          call,
          reply,
          "other content than its digest "
              + expected.get()
              + " says; something on the way changes it");
    }
    Json.Obj json = json(call, reply, bytes);
    String type = type(reply, json);
    if (json.number("schemaVersion").orElse(2L) == 1) {
      throw refuse(call, reply, "an image of the old schema 1; push it again with a newer tool");
    }
    Digest digest = wanted.orElseGet(() -> Digest.sha256(bytes));
    return new Resolved(Descriptor.of(type, digest, bytes.length), bytes, site.toString());
  }

  private static Json.Obj json(Call call, Reply reply, byte[] bytes) {
    try {
      return Json.parseObject(bytes);
    } catch (JsonException e) {
      String what =
          Answers.isHtml(reply, bytes)
              ? "an HTML page instead of JSON; is it a registry, or did a proxy or a login page answer?"
              : "no JSON (" + Faults.plain(String.valueOf(e.getMessage())) + "); is it a registry?";
      throw refuse(call, reply, what);
    }
  }

  /**
   * The type in the header; where that says nothing, the one in the manifest, or what it looks
   * like.
   */
  private static String type(Reply reply, Json.Obj json) {
    String announced = type(reply);
    if (isKnown(announced)) {
      return announced;
    }
    return json.text("mediaType")
        .filter(t -> TYPE.matcher(t).matches())
        .orElseGet(() ->
            json.get("manifests").isPresent()
                ? MediaTypes.OCI_INDEX
                : json.get("config").isPresent() ? MediaTypes.OCI_MANIFEST : announced);
  }

  private static String type(Reply reply) {
    return reply.header("Content-Type").orElse("").split(";", 2)[0].strip();
  }

  private static boolean isKnown(String type) {
    return MediaTypes.isIndex(type) || MediaTypes.isManifest(type);
  }

  private static Optional<Digest> digest(Reply reply) {
    return reply.header(DIGEST_HEADER).filter(Digest::isDigest).map(Digest::parse);
  }

  private static Digest compute(Digest like, byte[] bytes) {
    return new Digest(
        like.algorithm(), HexFormat.of().formatHex(like.newComputation().digest(bytes)));
  }

  private static RegistryException refuse(Call call, Reply reply, String what) {
    return new RegistryException(
        "cannot " + call.what() + ": " + Call.hostOf(reply.uri()) + " sends " + what,
        0,
        call.line(),
        List.of());
  }
}
