package dev.jbuild.cli;

import dev.jbuild.cli.format.Template;
import dev.jbuild.engine.container.Container;
import dev.jbuild.oci.Json;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What {@code logs --details} says in front of each line: the labels, the variables and the tag
 * that {@code --log-opt} chose.
 */
final class LogDetails {
  private LogDetails() {}

  /** E.g. {@code HOME=%2Froot,app=web}, escaped as in an address; empty when nothing was chosen. */
  static String of(Container container) {
    Map<String, String> options = container.hostConfig().object("LogConfig").textMap("Config");
    SortedMap<String, String> chosen = new TreeMap<>();
    choose(container.labels(), options.get("labels"), options.get("labels-regex"), chosen);
    choose(variables(container), options.get("env"), options.get("env-regex"), chosen);
    String tag = options.getOrDefault("tag", "");
    if (!tag.isEmpty()) {
      chosen.put("tag", Template.parse(tag).render(names(container)));
    }
    List<String> texts = new ArrayList<>();
    chosen.forEach((key, value) -> texts.add(escape(key) + "=" + escape(value)));
    return String.join(",", texts);
  }

  private static void choose(
      Map<String, String> from,
      @Nullable String names,
      @Nullable String regex,
      Map<String, String> chosen) {
    Set<String> wanted = names == null ? Set.of() : Set.of(names.split(",", -1));
    from.forEach((key, value) -> {
      if (wanted.contains(key) || regex != null && Pattern.compile(regex).matcher(key).find()) {
        chosen.put(key, value);
      }
    });
  }

  private static Map<String, String> variables(Container container) {
    Map<String, String> variables = new TreeMap<>();
    for (String variable : container.config().texts("Env")) {
      int equals = variable.indexOf('=');
      if (equals > 0) {
        variables.put(variable.substring(0, equals), variable.substring(equals + 1));
      }
    }
    return variables;
  }

  /** What a tag's template may name. */
  private static Json.Obj names(Container container) {
    return Json.obj()
        .with("ID", container.shortId())
        .with("FullID", container.id())
        .with("Name", container.name())
        .with("ImageName", container.image())
        .with("ImageID", container.imageId().replace("sha256:", "").substring(0, 12))
        .with("ImageFullID", container.imageId())
        .with("DaemonName", "docker");
  }

  private static String escape(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
