package dev.jbuild.maven;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
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
    List<String> licences = new ArrayList<>();
    for (License licence : project.getLicenses()) {
      if (licence.getName() != null) {
        licences.add(licence.getName());
      }
    }
    put(labels, "licenses", String.join(" AND ", licences));
    for (Map.Entry<String, String> each : configured.entrySet()) {
      if (each.getValue() == null || each.getValue().isEmpty()) {
        labels.remove(each.getKey());
      } else {
        labels.put(each.getKey(), each.getValue());
      }
    }
    return labels;
  }

  private static @Nullable String oneLine(@Nullable String text) {
    return text == null ? null : text.strip().replaceAll("\\s+", " ");
  }

  private static void put(Map<String, String> labels, String name, @Nullable String value) {
    if (value != null && !value.isBlank()) {
      labels.put(PREFIX + name, value);
    }
  }
}
