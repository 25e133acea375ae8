package dev.jbuild.engine.distribution;

import static dev.jbuild.engine.distribution.Registry.code;
import static dev.jbuild.engine.distribution.Registry.header;
import static dev.jbuild.engine.distribution.Registry.text;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.Digest;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.MediaTypes;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The clauses of the OCI distribution specification 1.1, by the numbers of its endpoints. */
class RegistryServerTest {
  @TempDir private Path root;
  private Registry registry;

  @BeforeEach
  void start() throws Exception {
    registry = Registry.at(root);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void end1TellsThatItIsARegistry() throws Exception {
    assertThat(registry.send("GET", "/v2/").statusCode()).isEqualTo(200);
  }

  @Test
  void end2GivesABlobOrItsHead() throws Exception {
    Descriptor blob = registry.blob("a/b", "content");
    String path = "/v2/a/b/blobs/" + blob.digest();

    HttpResponse<byte[]> got = registry.send("GET", path);
    HttpResponse<byte[]> head = registry.send("HEAD", path);

    assertThat(text(got)).isEqualTo("content");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(header(head, "Content-Length")).isEqualTo("7");
    assertThat(header(head, "Docker-Content-Digest")).isEqualTo(blob.digest().toString());
  }

  @Test
  void end2OfAnotherRepositoryIsUnknown() throws Exception {
    Descriptor blob = registry.blob("a", "content");

    HttpResponse<byte[]> other = registry.send("GET", "/v2/b/blobs/" + blob.digest());

    assertThat(other.statusCode()).isEqualTo(404);
    assertThat(code(other)).isEqualTo("BLOB_UNKNOWN");
    assertThat(registry.send("GET", "/v2/a/blobs/sha256:12").statusCode()).isEqualTo(400);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "bytes=2-4, 206, nte, bytes 2-4/7",
    "bytes=5-, 206, nt, bytes 5-6/7",
    "bytes=-3, 206, ent, bytes 4-6/7",
    "bytes=2-100, 206, ntent, bytes 2-6/7",
    "lines=1-2, 200, content, ''",
  })
  void end2GivesAPart(String range, int status, String body, String answered) throws Exception {
    Descriptor blob = registry.blob("a", "content");

    HttpResponse<byte[]> part =
        registry.send("GET", "/v2/a/blobs/" + blob.digest(), "Range", range);

    assertThat(part.statusCode()).isEqualTo(status);
    assertThat(text(part)).isEqualTo(body);
    assertThat(header(part, "Content-Range")).isEqualTo(answered);
  }

  @Test
  void end2RefusesARangeBeyondTheEnd() throws Exception {
    Descriptor blob = registry.blob("a", "content");

    assertThat(
            registry.send("GET", "/v2/a/blobs/" + blob.digest(), "Range", "bytes=7-").statusCode())
        .isEqualTo(416);
  }

  @Test
  void end3GivesTheBytesThatWerePut() throws Exception {
    byte[] manifest = registry.manifest("a", "layer");
    Digest digest = Digest.sha256(manifest);
    assertThat(registry.put("a", "1.0", manifest).statusCode()).isEqualTo(201);

    HttpResponse<byte[]> byTag = registry.send("GET", "/v2/a/manifests/1.0");
    HttpResponse<byte[]> byDigest = registry.send("HEAD", "/v2/a/manifests/" + digest);

    assertThat(byTag.body()).isEqualTo(manifest);
    assertThat(header(byTag, "Content-Type")).isEqualTo(MediaTypes.OCI_MANIFEST);
    assertThat(header(byDigest, "Docker-Content-Digest")).isEqualTo(digest.toString());
    assertThat(header(byDigest, "Content-Length")).isEqualTo(Integer.toString(manifest.length));
    assertThat(
            registry
                .send("GET", "/v2/a/manifests/1.0", "If-None-Match", "\"" + digest + "\"")
                .statusCode())
        .isEqualTo(304);
  }

  @Test
  void end3OfNothingIsUnknown() throws Exception {
    registry.blob("a", "x");

    HttpResponse<byte[]> tag = registry.send("GET", "/v2/a/manifests/none");
    HttpResponse<byte[]> name = registry.send("GET", "/v2/none/manifests/none");

    assertThat(tag.statusCode()).isEqualTo(404);
    assertThat(code(tag)).isEqualTo("MANIFEST_UNKNOWN");
    assertThat(code(name)).isEqualTo("NAME_UNKNOWN");
  }

  @Test
  void end4bTakesABlobInOneRequestOnlyWhenItIsRight() throws Exception {
    Digest other = Digest.sha256("other");

    HttpResponse<byte[]> wrong =
        registry.send("POST", "/v2/a/blobs/uploads/?digest=" + other, "x".getBytes(UTF_8));

    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(code(wrong)).isEqualTo("DIGEST_INVALID");
    assertThat(registry.send("HEAD", "/v2/a/blobs/" + other).statusCode()).isEqualTo(404);
  }

  @Test
  void end4aAndEnd6TakeABlobInTwoRequests() throws Exception {
    Digest digest = Digest.sha256("two");
    String upload = begin();

    HttpResponse<byte[]> put =
        registry.send("PUT", upload + "?digest=" + digest, "two".getBytes(UTF_8));

    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(header(put, "Location")).isEqualTo("/v2/a/blobs/" + digest);
    assertThat(text(registry.send("GET", "/v2/a/blobs/" + digest))).isEqualTo("two");
    assertThat(registry.send("GET", upload).statusCode()).isEqualTo(404);
  }

  private String begin() throws Exception {
    HttpResponse<byte[]> begun = registry.send("POST", "/v2/a/blobs/uploads/");
    assertThat(begun.statusCode()).isEqualTo(202);
    return header(begun, "Location");
  }

  @Test
  void end5TakesChunksInOrder() throws Exception {
    Digest digest = Digest.sha256("onetwothree");
    String upload = begin();

    HttpResponse<byte[]> one = chunk(upload, "one", "0-2");
    HttpResponse<byte[]> early = chunk(upload, "three", "6-10");
    HttpResponse<byte[]> two = chunk(upload, "two", "3-5");
    HttpResponse<byte[]> status = registry.send("GET", upload);
    HttpResponse<byte[]> put =
        registry.send(
            "PUT", upload + "?digest=" + digest, "three".getBytes(UTF_8), "Content-Range", "6-10");

    assertThat(one.statusCode()).isEqualTo(202);
    assertThat(header(one, "Range")).isEqualTo("0-2");
    assertThat(early.statusCode()).isEqualTo(416);
    assertThat(header(early, "Range")).isEqualTo("0-2");
    assertThat(two.statusCode()).isEqualTo(202);
    assertThat(status.statusCode()).isEqualTo(204);
    assertThat(header(status, "Range")).isEqualTo("0-5");
    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(text(registry.send("GET", "/v2/a/blobs/" + digest))).isEqualTo("onetwothree");
  }

  private HttpResponse<byte[]> chunk(String upload, String content, String range) throws Exception {
    return registry.send("PATCH", upload, content.getBytes(UTF_8), "Content-Range", range);
  }

  @Test
  void end6RefusesWhatTheDigestDoesNotSay() throws Exception {
    String upload = begin();
    chunk(upload, "one", "0-2");

    HttpResponse<byte[]> put = registry.send("PUT", upload + "?digest=" + Digest.sha256("other"));

    assertThat(put.statusCode()).isEqualTo(400);
    assertThat(code(put)).isEqualTo("DIGEST_INVALID");
    // the upload is still there, to be ended rightly
    assertThat(registry.send("PUT", upload + "?digest=" + Digest.sha256("one")).statusCode())
        .isEqualTo(201);
  }

  @Test
  void end6TakesSha512() throws Exception {
    byte[] content = "long".getBytes(UTF_8);
    Digest like = new Digest("sha512", "0".repeat(128));
    String digest = "sha512:" + HexFormat.of().formatHex(like.newComputation().digest(content));
    String upload = begin();

    assertThat(registry.send("PUT", upload + "?digest=" + digest, content).statusCode())
        .isEqualTo(201);
    assertThat(text(registry.send("GET", "/v2/a/blobs/" + digest))).isEqualTo("long");
  }

  @Test
  void anUploadCanBeCanceled() throws Exception {
    String upload = begin();

    assertThat(registry.send("DELETE", upload).statusCode()).isEqualTo(204);
    assertThat(chunk(upload, "one", "0-2").statusCode()).isEqualTo(404);
    assertThat(code(registry.send("GET", "/v2/a/blobs/uploads/../../x"))).isEqualTo("NAME_INVALID");
  }

  @Test
  void end7RefusesWhatIsNotWhole() throws Exception {
    byte[] manifest = registry.manifest("a", "layer");

    HttpResponse<byte[]> elsewhere = registry.put("b", "1", manifest);
    HttpResponse<byte[]> noJson = registry.put("a", "1", "<html>".getBytes(UTF_8));
    HttpResponse<byte[]> wrong = registry.put("a", Digest.sha256("x").toString(), manifest);
    HttpResponse<byte[]> tag = registry.put("a", "-tag", manifest);
    HttpResponse<byte[]> huge = registry.put("a", "1", new byte[(4 << 20) + 1]);

    assertThat(elsewhere.statusCode()).isEqualTo(404);
    assertThat(code(elsewhere)).isEqualTo("MANIFEST_BLOB_UNKNOWN");
    assertThat(code(noJson)).isEqualTo("MANIFEST_INVALID");
    assertThat(code(wrong)).isEqualTo("DIGEST_INVALID");
    assertThat(tag.statusCode()).isEqualTo(404);
    assertThat(huge.statusCode()).isEqualTo(413);
    assertThat(registry.send("GET", "/v2/b/tags/list").statusCode()).isEqualTo(404);
  }

  @Test
  void end7TakesAnIndexOfWhatIsHere() throws Exception {
    byte[] manifest = registry.manifest("a", "layer");
    Descriptor entry =
        Descriptor.of(MediaTypes.OCI_MANIFEST, Digest.sha256(manifest), manifest.length);
    byte[] index =
        Json.obj()
            .with("schemaVersion", 2)
            .with("mediaType", MediaTypes.OCI_INDEX)
            .with("manifests", new Json.Arr(List.of(entry.toJson())))
            .bytes();
    String path = "/v2/a/manifests/all";

    int early =
        registry.send("PUT", path, index, "Content-Type", MediaTypes.OCI_INDEX).statusCode();
    registry.put("a", entry.digest().toString(), manifest);
    int whole =
        registry.send("PUT", path, index, "Content-Type", MediaTypes.OCI_INDEX).statusCode();

    assertThat(early).isEqualTo(404);
    assertThat(whole).isEqualTo(201);
    assertThat(registry.send("GET", path).body()).isEqualTo(index);
  }

  @Test
  void end8ListsTagsInPages() throws Exception {
    byte[] manifest = registry.manifest("a", "layer");
    for (String tag : List.of("c", "a", "B", "b")) {
      registry.put("a", tag, manifest);
    }

    HttpResponse<byte[]> first = registry.send("GET", "/v2/a/tags/list?n=3");
    HttpResponse<byte[]> rest = registry.send("GET", "/v2/a/tags/list?n=3&last=b");
    HttpResponse<byte[]> none = registry.send("GET", "/v2/a/tags/list?n=0");

    assertThat(text(first)).isEqualTo("{\"name\":\"a\",\"tags\":[\"B\",\"a\",\"b\"]}");
    assertThat(header(first, "Link")).isEqualTo("</v2/a/tags/list?n=3&last=b>; rel=\"next\"");
    assertThat(text(rest)).isEqualTo("{\"name\":\"a\",\"tags\":[\"c\"]}");
    assertThat(header(rest, "Link")).isEmpty();
    assertThat(text(none)).isEqualTo("{\"name\":\"a\",\"tags\":[]}");
    assertThat(registry.send("GET", "/v2/a/tags/list?n=x").statusCode()).isEqualTo(400);
  }

  @Test
  void end9DeletesATagOrAManifestWithItsTags() throws Exception {
    byte[] manifest = registry.manifest("a", "layer");
    Digest digest = Digest.sha256(manifest);
    registry.put("a", "1", manifest);
    registry.put("a", "2", manifest);

    assertThat(registry.send("DELETE", "/v2/a/manifests/1").statusCode()).isEqualTo(202);
    assertThat(registry.send("GET", "/v2/a/manifests/2").statusCode()).isEqualTo(200);
    assertThat(registry.send("DELETE", "/v2/a/manifests/" + digest).statusCode()).isEqualTo(202);

    assertThat(registry.send("GET", "/v2/a/manifests/2").statusCode()).isEqualTo(404);
    assertThat(registry.send("GET", "/v2/a/manifests/" + digest).statusCode()).isEqualTo(404);
    assertThat(registry.send("DELETE", "/v2/a/manifests/" + digest).statusCode()).isEqualTo(404);
  }

  @Test
  void end10DeletesABlobOfOneRepositoryOnly() throws Exception {
    Descriptor blob = registry.blob("a", "shared");
    registry.blob("b", "shared");

    assertThat(registry.send("DELETE", "/v2/a/blobs/" + blob.digest()).statusCode()).isEqualTo(202);

    assertThat(registry.send("GET", "/v2/a/blobs/" + blob.digest()).statusCode()).isEqualTo(404);
    assertThat(text(registry.send("GET", "/v2/b/blobs/" + blob.digest()))).isEqualTo("shared");
    assertThat(registry.send("DELETE", "/v2/a/blobs/" + blob.digest()).statusCode()).isEqualTo(404);
  }

  @Test
  void end11MountsFromAnotherRepositoryOrFromAny() throws Exception {
    Descriptor blob = registry.blob("a", "shared");
    String mount = "/blobs/uploads/?mount=" + blob.digest();

    HttpResponse<byte[]> mounted = registry.send("POST", "/v2/b" + mount + "&from=a");
    HttpResponse<byte[]> any = registry.send("POST", "/v2/c" + mount);
    HttpResponse<byte[]> notThere = registry.send("POST", "/v2/d" + mount + "&from=none");

    assertThat(mounted.statusCode()).isEqualTo(201);
    assertThat(header(mounted, "Location")).isEqualTo("/v2/b/blobs/" + blob.digest());
    assertThat(any.statusCode()).isEqualTo(201);
    assertThat(notThere.statusCode()).isEqualTo(202);
    assertThat(header(notThere, "Location")).startsWith("/v2/d/blobs/uploads/");
    assertThat(text(registry.send("GET", "/v2/c/blobs/" + blob.digest()))).isEqualTo("shared");
  }

  @Test
  void end12ListsReferrersAndFilters() throws Exception {
    Digest subject = Digest.sha256("not here yet");
    byte[] sbom = artifact(subject, "application/sbom");
    byte[] signature = artifact(subject, "application/signature");
    HttpResponse<byte[]> put = registry.put("a", Digest.sha256(sbom).toString(), sbom);
    registry.put("a", Digest.sha256(signature).toString(), signature);

    HttpResponse<byte[]> all = registry.send("GET", "/v2/a/referrers/" + subject);
    HttpResponse<byte[]> one =
        registry.send("GET", "/v2/a/referrers/" + subject + "?artifactType=application/sbom");
    HttpResponse<byte[]> none = registry.send("GET", "/v2/a/referrers/" + Digest.sha256("x"));

    assertThat(header(put, "OCI-Subject")).isEqualTo(subject.toString());
    assertThat(header(all, "Content-Type")).isEqualTo(MediaTypes.OCI_INDEX);
    assertThat(Json.parseObject(all.body()).objects("manifests")).hasSize(2);
    assertThat(header(one, "OCI-Filters-Applied")).isEqualTo("artifactType");
    Json.Obj entry = Json.parseObject(one.body()).objects("manifests").getFirst();
    assertThat(entry.text("digest")).contains(Digest.sha256(sbom).toString());
    assertThat(entry.text("artifactType")).contains("application/sbom");
    assertThat(entry.object("annotations").text("by")).contains("test");
    assertThat(none.statusCode()).isEqualTo(200);
    assertThat(Json.parseObject(none.body()).objects("manifests")).isEmpty();

    registry.send("DELETE", "/v2/a/manifests/" + Digest.sha256(sbom));
    assertThat(
            Json.parseObject(registry.send("GET", "/v2/a/referrers/" + subject).body())
                .objects("manifests"))
        .hasSize(1);
  }

  private byte[] artifact(Digest subject, String type) throws Exception {
    registry.blob("a", "{}");
    return Json.obj()
        .with("schemaVersion", 2)
        .with("mediaType", MediaTypes.OCI_MANIFEST)
        .with("artifactType", type)
        .with("config", Descriptor.of(MediaTypes.OCI_EMPTY, Digest.sha256("{}"), 2).toJson())
        .with("layers", new Json.Arr(List.of()))
        .with("subject", Descriptor.of(MediaTypes.OCI_MANIFEST, subject, 10).toJson())
        .with("annotations", Json.obj().with("by", "test"))
        .bytes();
  }

  @Test
  void whatWasPushedIsThereAfterARestart() throws Exception {
    byte[] manifest = registry.manifest("deep/er/name", "layer");
    registry.put("deep/er/name", "1", manifest);
    String upload = begin();
    chunk(upload, "one", "0-2");
    registry.close();

    registry = Registry.at(root);

    assertThat(registry.send("GET", "/v2/deep/er/name/manifests/1").body()).isEqualTo(manifest);
    assertThat(text(registry.send("GET", "/v2/_catalog")))
        .isEqualTo("{\"repositories\":[\"deep/er/name\"]}");
    assertThat(registry.send("PUT", upload + "?digest=" + Digest.sha256("one")).statusCode())
        .isEqualTo(201);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "/v2/UPPER/tags/list, 400",
    "/v2/a/../b/tags/list, 400",
    "/v2/_x/tags/list, 400",
    "/v2/a/nothing/list, 404",
    "/other, 404",
    "/v2/tags/list, 404",
  })
  void pathsThatAreNone(String path, int status) throws Exception {
    assertThat(registry.send("GET", path).statusCode()).isEqualTo(status);
  }
}
