package dev.jbuild.registry;

import dev.jbuild.oci.Descriptor;
import dev.jbuild.oci.ImageReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Asks mirrors in order, then the registry itself, until one has what is wanted. */
final class Pulls {
  private final Requests requests;

  /** Mirrors that gave wrong content, with the digest that it should have had. */
  private final Set<String> liars = ConcurrentHashMap.newKeySet();

  Pulls(Requests requests) {
    this.requests = requests;
  }

  <T> T over(ImageReference reference, Function<Site, T> task) {
    return over(sites(reference), task);
  }

  void fetch(BlobDownload download, ImageReference reference, Descriptor blob) {
    List<Site> used = new ArrayList<>();
    List<Site> sites =
        sites(reference).stream().filter(s -> !liars.contains(s + " " + blob.digest())).toList();
    over(
        sites,
        site -> {
          used.add(site);
          download.from(site);
          return true;
        });
    if (!download.isRight()) {
      used.stream().filter(Site::mirror).forEach(s -> liars.add(s + " " + blob.digest()));
      throw new RegistryException(
          "cannot "
              + download.what()
              + ": "
              + used.getLast()
              + " sends other content than the digest says; something there or on the way changes it");
    }
  }

  private List<Site> sites(ImageReference reference) {
    RegistryClient.requirePermitted(requests.settings(), reference.registry());
    List<Site> sites = new ArrayList<>(requests.settings().mirrorSites(reference));
    sites.removeIf(m -> requests.settings().blocked(m.host()));
    sites.add(Site.origin(reference.registry()));
    return sites;
  }

  private <T> T over(List<Site> sites, Function<Site, T> task) {
    List<RegistryException> failures = new ArrayList<>();
    for (Site site : sites) {
      if (site.mirror() && requests.isSilent(site)) {
        continue;
      }
      try {
        return task.apply(site);
      } catch (RegistryException e) {
        failures.add(e);
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    throw failures.size() == 1 ? failures.getFirst() : together(failures);
  }

  /** The origin's failure counts; those of the mirrors are told with it. */
  private static RegistryException together(List<RegistryException> failures) {
    RegistryException last = failures.getLast();
    StringBuilder message = new StringBuilder(String.valueOf(last.getMessage()));
    message.append("; its mirrors did not help either");
    for (RegistryException failure : failures.subList(0, failures.size() - 1)) {
      message.append("\n  ").append(failure.getMessage());
    }
    RegistryException whole =
        new RegistryException(message.toString(), last.status(), last.request(), last.problems());
    failures.forEach(whole::addSuppressed);
    return whole;
  }
}
