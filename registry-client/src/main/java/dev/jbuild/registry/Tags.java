package dev.jbuild.registry;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Json;
import dev.jbuild.oci.JsonException;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tags of a repository, page by page (distribution-spec, Listing tags). */
final class Tags {
  private static final int LARGEST_PAGE = 16 << 20;
  private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*rel=\"?next\"?");

  private final Requests requests;
  private final Site site;
  private final ImageReference reference;
  private final List<String> tags = new ArrayList<>();

  Tags(Requests requests, Site site, ImageReference reference) {
    this.requests = requests;
    this.site = site;
    this.reference = reference;
  }

  List<String> all(int pageSize) {
    return all(
        requests.url(site, site.repository(reference) + "/tags/list?n=" + pageSize),
        "list the tags of " + reference.familiarName());
  }

  /** The repositories of the registry, which is no part of the specification any more. */
  List<String> catalog(int pageSize) {
    return all(
        requests.url(site, "_catalog?n=" + pageSize),
        "list the repositories of " + reference.registry());
  }

  private List<String> all(URI first, String what) {
    Set<URI> seen = new HashSet<>();
    Optional<URI> page = Optional.of(first);
    while (page.isPresent() && seen.add(page.get())) {
      Call call = Call.of("GET", page.get(), what, Scopes.pull(site, reference));
      page = requests.exchange(site, call, reply -> read(call, reply));
    }
    return List.copyOf(tags);
  }

  private Optional<URI> read(Call call, Reply reply) throws IOException {
    if (reply.status() != 200) {
      throw requests.refusal(
          site, call, reply, reply.status() == 404 ? "check the repository's name" : "");
    }
    byte[] body = reply.body().readNBytes(LARGEST_PAGE);
    try {
      Json.Obj json = Json.parseObject(body);
      tags.addAll(json.texts("tags"));
      tags.addAll(json.texts("repositories"));
    } catch (JsonException _) {
      String what = Answers.isHtml(reply, body) ? "an HTML page instead of JSON" : "no JSON";
      throw new RegistryException(
          "cannot " + call.what() + ": " + site + " sends " + what + "; is it a registry?",
          0,
          call.line(),
          List.of());
    }
    return next(requests, call, reply);
  }

  /** The page after one, where there is another. */
  static Optional<URI> next(Requests requests, Call call, Reply reply) {
    return reply.headers("Link").stream()
        .map(NEXT::matcher)
        .filter(Matcher::find)
        .map(m -> next(requests, call, m.group(1)))
        .findFirst();
  }

  /** Only path and query of the link count: registries behind proxies name wrong hosts. */
  private static URI next(Requests requests, Call call, String link) {
    URI uri = requests.resolve(call, call.uri(), link);
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return call.uri().resolve(uri.getRawPath() + query);
  }
}
