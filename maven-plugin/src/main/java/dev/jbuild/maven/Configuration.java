package dev.jbuild.maven;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.maven.model.Plugin;
import org.apache.maven.model.PluginExecution;
import org.apache.maven.plugin.MojoExecutionException;
import org.apache.maven.plugin.descriptor.MojoDescriptor;
import org.apache.maven.plugin.descriptor.Parameter;
import org.apache.maven.plugin.descriptor.PluginDescriptor;
import org.codehaus.plexus.configuration.PlexusConfiguration;
import org.codehaus.plexus.util.xml.Xpp3Dom;

/**
 * Finds what is configured and has no meaning. Maven itself drops an unknown parameter without a
 * word, so that a typing mistake would build another image than was meant.
 */
final class Configuration {
  /** What takes names of the user's own, which every goal has to let pass. */
  private static final List<String> MAPS =
      List.of(
          "jbuild.args.",
          "jbuild.labels.",
          "jbuild.secrets.",
          "jbuild.contexts.",
          "jbuild.environment.",
          "jbuild.run.environment.");

  private final JbuildMojo mojo;
  private final SortedSet<String> parameters = new TreeSet<>();
  private final SortedSet<String> properties = new TreeSet<>();

  private Configuration(JbuildMojo mojo) {
    this.mojo = mojo;
    PluginDescriptor plugin = mojo.execution.getMojoDescriptor().getPluginDescriptor();
    for (MojoDescriptor each : plugin.getMojos()) {
      for (Parameter parameter : each.getParameters()) {
        if (parameter.isEditable()) {
          parameters.add(parameter.getName());
        }
      }
      for (PlexusConfiguration value : each.getMojoConfiguration().getChildren()) {
        String text = value.getValue("");
        if (text.startsWith("${jbuild.")) {
          properties.add(text.substring(2, text.length() - 1));
        }
      }
    }
  }

  static Configuration of(JbuildMojo mojo) {
    return new Configuration(mojo);
  }

  void check() throws MojoExecutionException {
    for (String name : mojo.session.getUserProperties().stringPropertyNames()) {
      // A property that the POM itself has, e.g. the plugin's version, is the project's business.
      if (name.startsWith("jbuild.")
          && !properties.contains(name)
          && !isOfAMap(name)
          && !mojo.project.getProperties().containsKey(name)) {
        throw new MojoExecutionException(
            "unknown property -D"
                + name
                + meant(name, properties)
                + "; mvn jbuild:help -Ddetail lists them");
      }
    }
    Plugin plugin = mojo.project.getPlugin(mojo.execution.getPlugin().getKey());
    if (plugin != null) {
      check(plugin.getConfiguration(), "its <configuration>");
      for (PluginExecution each : plugin.getExecutions()) {
        check(each.getConfiguration(), "execution '" + each.getId() + "'");
      }
    }
  }

  private static boolean isOfAMap(String name) {
    for (String prefix : MAPS) {
      if (name.startsWith(prefix) && name.length() > prefix.length()) {
        return true;
      }
    }
    return false;
  }

  /** Adds all properties that begin so, under what is left of their names. */
  static void fill(Map<String, String> map, String prefix, Properties properties) {
    for (String name : properties.stringPropertyNames()) {
      if (name.startsWith(prefix) && name.length() > prefix.length()) {
        map.put(name.substring(prefix.length()), properties.getProperty(name));
      }
    }
  }

  private void check(Object configuration, String where) throws MojoExecutionException {
    if (configuration instanceof Xpp3Dom dom) {
      for (Xpp3Dom child : dom.getChildren()) {
        if (!parameters.contains(child.getName())) {
          throw new MojoExecutionException(
              "unknown parameter <"
                  + child.getName()
                  + "> of jbuild-maven-plugin in "
                  + where
                  + " in "
                  + mojo.project.getFile()
                  + meant(child.getName(), parameters)
                  + "; mvn jbuild:help -Ddetail lists them");
        }
      }
    }
  }

  private static String meant(String name, SortedSet<String> known) {
    Optional<String> nearest = Optional.empty();
    int best = Math.max(2, name.length() / 3);
    for (String each : known) {
      int distance = distance(name.toLowerCase(Locale.ROOT), each.toLowerCase(Locale.ROOT));
      if (distance <= best) {
        best = distance - 1;
        nearest = Optional.of(each);
      }
    }
    return nearest.map(each -> " (is " + each + " meant?)").orElse("");
  }

  /** How many letters have to be put in, taken out or changed. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int changed = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(changed, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
