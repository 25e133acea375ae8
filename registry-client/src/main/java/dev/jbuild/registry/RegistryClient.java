package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What the distribution specification lets one do with registries.
 *
 * <p>May be used by many threads; a pull of many layers runs in parallel by its caller. Nothing is
 * repeated by the caller: what may pass is tried again here. Interrupting the thread cancels.
 *
 * <p>Every method throws {@link RegistryException}; an {@link IOException} is the failure of the
 * caller's own sink or source.
 */
public final class RegistryClient implements AutoCloseable {
  private static final int TAGS_PER_PAGE = 1000;

  private final RegistrySettings settings;
  private @Nullable Requests requests;
  private @Nullable Pulls pulls;

  private RegistryClient(RegistrySettings settings) {
    this.settings = settings;
  }

  /** Makes a client; nothing is read, loaded or connected before the first request. */
  public static RegistryClient open(RegistrySettings settings) {
    return new RegistryClient(settings);
  }

  /**
   * What a tag or digest stands for now, by HEAD: costs no pull at registries that count. Empty
   * where a registry does not tell; {@link #resolve} does, or says why not.
   */
  public Optional<Descriptor> head(ImageReference reference) {
    return pulls().over(reference, site -> manifests().head(site, reference));
  }

  /** The same of the registry itself, whatever its mirrors have: what a push would replace. */
  public Optional<Descriptor> headOfOrigin(ImageReference reference) {
    return manifests().head(origin(reference), reference);
  }

  /**
   * Fetches the manifest or index that a reference names: from the mirrors in order, then from the
   * registry itself. Choosing a platform is up to the caller.
   */
  public Resolved resolve(ImageReference reference) {
    return pulls().over(reference, site -> manifests().get(site, reference));
  }

  /** Fetches a manifest or index by digest; tag and digest of the reference do not matter. */
  public Resolved manifest(ImageReference repository, Digest digest) {
    return resolve(repository.withDigest(digest));
  }

  /**
   * Streams a blob. Returns only when length and digest have been found right. A broken download
   * goes on where it broke, at the next site if need be. When the digest is wrong, the sink has
   * wrong content; a new call with a new sink does not ask the same mirror again.
   *
   * @param progress hears how many bytes have been written so far
   * @throws IOException only when the sink fails
   */
  public void fetchBlob(
      ImageReference repository, Descriptor blob, OutputStream sink, LongConsumer progress)
      throws IOException {
    fetchBlob(repository, blob, BlobSink.empty(sink, blob.digest()), progress);
  }

  /** The same for a sink that has a part already: only the rest is asked for. */
  public void fetchBlob(
      ImageReference repository, Descriptor blob, BlobSink sink, LongConsumer progress)
      throws IOException {
    try {
      pulls()
          .fetch(new BlobDownload(requests(), repository, blob, sink, progress), repository, blob);
    } catch (BlobDownload.SinkFailure e) {
      throw e.failure;
    }
  }

  /** Tells whether the registry itself, no mirror, has a blob. */
  public boolean hasBlob(ImageReference repository, Digest digest) {
    return blobSize(repository, digest).isPresent();
  }

  /** The size in bytes of a blob of the registry itself; -1 where it does not tell. */
  public Optional<Long> blobSize(ImageReference repository, Digest digest) {
    Site site = origin(repository);
    Call call =
        Call.of(
            "HEAD",
            blobUrl(site, repository, digest),
            "look for " + digest + " in " + repository.familiarName(),
            Scopes.push(site, repository));
    return requests()
        .exchange(
            site,
            call,
            reply -> {
              // A redirect's target may refuse a HEAD; then the blob is simply pushed.
              if (reply.status() == 200) {
                return Optional.of(reply.length());
              }
              if (reply.status() == 404 || !Call.sameServer(call.uri(), reply.uri())) {
                return Optional.empty();
              }
              throw requests().refusal(site, call, reply, "");
            });
  }

  /** Asks for a blob of another repository of the same registry; false where it must be pushed. */
  public boolean mountBlob(ImageReference to, Digest digest, String fromRepository) {
    Site site = origin(to);
    String from = URLEncoder.encode(fromRepository, StandardCharsets.UTF_8);
    String path = site.repository(to) + "/blobs/uploads/?mount=" + digest + "&from=" + from;
    Call call =
        Call.of(
            "POST",
            requests().url(site, path),
            "mount " + digest + " of " + fromRepository + " into " + to.familiarName(),
            Scopes.mount(site, to, fromRepository));
    Optional<URI> begun =
        requests()
            .exchange(
                site,
                call,
                reply ->
                    switch (reply.status()) {
                      case 201 -> Optional.<URI>empty();
                      case 202 ->
                          reply
                              .header("Location")
                              .map(l -> requests().resolve(call, reply.uri(), l))
                              .or(() -> Optional.of(call.uri()));
                      default -> throw requests().refusal(site, call, reply, "");
                    });
    begun.filter(u -> !u.equals(call.uri())).ifPresent(u -> cancelUpload(site, to, u));
    return begun.isEmpty();
  }

  /**
   * Uploads a blob, unless the registry has it.
   *
   * @param progress hears how many bytes have been sent so far; fewer again after a failure
   * @return false where the registry had it already
   * @throws IOException only when the source fails
   */
  public boolean pushBlob(
      ImageReference repository, Descriptor blob, BlobSource source, LongConsumer progress)
      throws IOException {
    if (hasBlob(repository, blob.digest())) {
      return false;
    }
    new BlobUpload(requests(), origin(repository), repository, blob, source, progress).run();
    return true;
  }

  /**
   * Puts a manifest or index under the reference's tag or digest, as the given bytes. Where the
   * registry keeps no lists of what refers to what, one that has a subject is put into such a list.
   */
  public Digest pushManifest(ImageReference reference, String mediaType, byte[] bytes) {
    return manifests().put(origin(reference), reference, mediaType, bytes);
  }

  /**
   * What refers to a manifest as its subject, signatures for example: descriptors with their {@code
   * artifactType}, as the registry lists them.
   */
  public List<Json.Obj> referrers(ImageReference repository, Digest subject) {
    return pulls()
        .over(repository, site -> new Referrers(requests()).of(site, repository, subject));
  }

  /** All tags of a repository of the registry itself, in its order. */
  public List<String> tags(ImageReference repository) {
    return tags(repository, TAGS_PER_PAGE);
  }

  /** The names of all repositories, of registries that list them ({@code _catalog}). */
  public List<String> repositories(String registry) {
    ImageReference any = new ImageReference(registry, "any", Optional.empty(), Optional.empty());
    return new Tags(requests(), origin(any), any).catalog(TAGS_PER_PAGE);
  }

  List<String> tags(ImageReference repository, int pageSize) {
    return new Tags(requests(), origin(repository), repository).all(pageSize);
  }

  /** Deletes what a digest names, or only a tag where the registry can do that. */
  public void deleteManifest(ImageReference reference) {
    manifests().delete(origin(reference), reference);
  }

  /** Deletes a blob, whoever uses it. */
  public void deleteBlob(ImageReference repository, Digest digest) {
    Site site = origin(repository);
    Call call =
        Call.of(
            "DELETE",
            blobUrl(site, repository, digest),
            "delete " + digest + " of " + repository.familiarName(),
            Scopes.delete(site, repository));
    manifests().deleteAt(site, call);
  }

  /** Cuts what still runs. */
  @Override
  public synchronized void close() {
    Requests open = requests;
    if (open != null) {
      open.close();
    }
  }

  private void cancelUpload(Site site, ImageReference repository, URI upload) {
    Call call = Call.of("DELETE", upload, "end an upload", Scopes.push(site, repository));
    try (Reply _ = requests().once(site, call)) {
      return;
    } catch (IOException | RegistryException _) {
      // The registry forgets it by itself.
    }
  }

  private Site origin(ImageReference reference) {
    requirePermitted(settings, reference.registry());
    return Site.origin(reference.registry());
  }

  private URI blobUrl(Site site, ImageReference repository, Digest digest) {
    return requests().url(site, site.repository(repository) + "/blobs/" + digest);
  }

  static void requirePermitted(RegistrySettings settings, String registry) {
    if (settings.blocked(registry)) {
      throw new RegistryException(
          "the registry " + registry + " is blocked by the registries' settings of this machine");
    }
  }

  private Manifests manifests() {
    return new Manifests(requests());
  }

  private synchronized Requests requests() {
    Requests open = requests;
    if (open == null) {
      open = new Requests(settings, new CredentialFiles(settings));
      requests = open;
    }
    return open;
  }

  private synchronized Pulls pulls() {
    Pulls open = pulls;
    if (open == null) {
      open = new Pulls(requests());
      pulls = open;
    }
    return open;
  }
}
