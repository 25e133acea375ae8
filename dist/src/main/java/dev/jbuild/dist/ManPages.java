package dev.jbuild.dist;

import dev.jbuild.dist.CommandLine.Command;
import dev.jbuild.dist.CommandLine.Option;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** A manual page for each verb and one for all, in man(7). */
final class ManPages {
  private final CommandLine line;
  private final String date;

  ManPages(CommandLine line, Instant time) {
    this.line = line;
    this.date = time.atZone(ZoneOffset.UTC).toLocalDate().toString();
  }

  /** Pages by file name. */
  SortedMap<String, String> pages() {
    SortedMap<String, String> pages = new TreeMap<>();
    pages.put("jbuild.1", overview());
    for (Command command : line.all()) {
      pages.put(page(command) + ".1", page(command, page(command)));
    }
    return pages;
  }

  private static String page(Command command) {
    return "jbuild-" + command.name().replace(' ', '-');
  }

  private String overview() {
    StringBuilder page = head("jbuild", "builds container images from Dockerfiles and runs them");
    page.append(".SH SYNOPSIS\n");
    page.append(".B jbuild\n[\\fIoption\\fR...] \\fIcommand\\fR [\\fIargument\\fR...]\n.br\n");
    page.append(".B jbuild\n[\\fBbuild\\fR] [\\fIoption\\fR...] \\fIpath\\fR\n");
    page.append(".SH DESCRIPTION\n");
    page.append("Builds container images from Dockerfiles and runs them, without a daemon.\n");
    page.append("What looks like a build is one: \\fBjbuild \\-t app .\\fR needs no verb.\n");
    options(page, CommandLine.GLOBAL);
    page.append(".SH COMMANDS\n");
    for (Command command : line.all()) {
      page.append(".TP\n.BR ").append(escape(page(command))).append(" (1)\n");
      page.append(sentence(command.summary())).append('\n');
    }
    page.append(
        """
        .SH ENVIRONMENT
        .TP
        .B JBUILD_ROOT
        Where images, layers and containers are kept; else /var/lib/jbuild for root and
        $XDG_DATA_HOME/jbuild (~/.local/share/jbuild) for everybody else.
        .TP
        .B JBUILD_REGISTRIES
        The file with registries and their mirrors; else ~/.config/jbuild/registries.json or
        /etc/jbuild/registries.json.
        .TP
        .B JBUILD_AOT
        \\fBoff\\fR starts without the start\\-up cache, \\fBwait\\fR makes it before the call.
        .TP
        .B SOURCE_DATE_EPOCH
        The time that a build writes into what it makes, in seconds.
        .SH EXIT STATUS
        0, 1 when something failed, for \\fBrun\\fR the container's own or Docker's 125, 126 and 127.
        """);
    return page.toString();
  }

  private String page(Command command, String name) {
    StringBuilder page = head(name, decapitalised(command.summary()));
    page.append(".SH SYNOPSIS\n.B jbuild ").append(escape(command.name()));
    page.append("\n[\\fIoption\\fR...] ").append(escape(command.operands())).append('\n');
    options(page, command.options());
    page.append(".SH SEE ALSO\n.BR jbuild (1)\n");
    return page.toString();
  }

  private StringBuilder head(String name, String summary) {
    return new StringBuilder(".TH ")
        .append(name.toUpperCase(Locale.ROOT).replace("-", "\\-"))
        .append(" 1 \"")
        .append(date)
        .append("\" \"jbuild ")
        .append(escape(line.version()))
        .append("\" \"jbuild\"\n.SH NAME\n")
        .append(escape(name))
        .append(" \\- ")
        .append(escape(summary))
        .append('\n');
  }

  private static void options(StringBuilder page, List<Option> options) {
    page.append(".SH OPTIONS\n");
    for (Option option : options) {
      List<String> names = new ArrayList<>();
      for (String name : option.names()) {
        String value = option.isFlag() ? "" : " \\fI" + escape(option.value()) + "\\fR";
        names.add("\\fB" + escape(name) + "\\fR" + value);
      }
      page.append(".TP\n").append(String.join(", ", names)).append('\n');
      page.append(sentence(option.text())).append('\n');
    }
  }

  private static String sentence(String text) {
    String escaped = escape(text);
    return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
  }

  private static String decapitalised(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder();
    for (int c : text.replace("\\", "\\e").replace("-", "\\-").codePoints().toArray()) {
      // what is not ASCII depends on how a reader's troff was called
      if (c < 128) {
        escaped.appendCodePoint(c);
      } else {
        escaped.append(String.format(Locale.ROOT, "\\[u%04X]", c));
      }
    }
    return escaped.toString();
  }
}
