package dev.jbuild.maven;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.maven.model.License;
import org.apache.maven.project.MavenProject;
import org.jspecify.annotations.Nullable;

/** The labels of image-spec, annotations.md, that a POM has an answer to. */
final class Labels {
  private static final String PREFIX = "org.opencontainers.image.";

  private Labels() {}

  static SortedMap<String, String> of(MavenProject project, Map<String, String> configured) {
    SortedMap<String, String> labels = new TreeMap<>();
    put(labels, "title", project.getName());
    put(labels, "version", project.getVersion());
    put(labels, "description", oneLine(project.getDescription()));
    put(labels, "url", project.getUrl());
    put(
        labels,
        "vendor",
        project.getOrganization() == null ? null : project.getOrganization().getName());
    if (project.getScm() != null) {
      put(labels, "source", project.getScm().getUrl());
    }
    put(
        labels,
        "licenses",
        project.getLicenses().stream()
            .map(License::getName)
            .filter(name -> name != null)
            .collect(Collectors.joining(" AND ")));
    configured.forEach((name, value) -> {
      if (value == null || value.isEmpty()) {
        labels.remove(name);
      } else {
        labels.put(name, value);
      }
    });
    return labels;
  }

  private static @Nullable String oneLine(@Nullable String text) {
    return Optional.ofNullable(text).map(t -> t.strip().replaceAll("\\s+", " ")).orElse(null);
  }

  private static void put(Map<String, String> labels, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      labels.put(PREFIX + name, value);
    }
  }
}
