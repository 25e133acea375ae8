package dev.jbuild.cli.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jbuild.oci.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TemplateTest {
  private static final Json.Obj IMAGE =
      Json.parseObject(
          """
          {"Id":"sha256:01","Size":1234,"RepoTags":["a:1","b:2"],
           "Config":{"Env":["A=1","B=2"],"ExposedPorts":{"80/tcp":{},"443/tcp":{}},"Cmd":null,
                     "Labels":{"k.x":"v"},"User":""}}
          """);

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '^',
      value = {
        "{{.Id}}~sha256:01",
        "{{.ID}} {{ .Size }}~sha256:01 1234",
        "{{.Config.Env}}~[A=1 B=2]",
        "{{json .Config.Env}}~[\"A=1\",\"B=2\"]",
        "{{range .RepoTags}}{{.}};{{end}}~a:1;b:2;",
        "{{range $i, $t := .RepoTags}}{{$i}}={{$t}} {{end}}~^0=a:1 1=b:2 ^",
        "{{range $p, $_ := .Config.ExposedPorts}}{{$p}},{{end}}~443/tcp,80/tcp,",
        "{{range $k, $v := .Config.Labels}}{{$k}}:{{$v}}{{end}}~k.x:v",
        "{{range .Config.Cmd}}x{{else}}none{{end}}~none",
        "{{if .Config.User}}user{{else}}root{{end}}~root",
        "{{if eq .Size 1}}one{{else if gt .Size 1000}}big{{else}}small{{end}}~big",
        "{{with .Config}}{{join .Env \",\"}}{{end}}~A=1,B=2",
        "{{index .RepoTags 1}} {{index .Config.Labels \"k.x\"}}~b:2 v",
        "{{(index .RepoTags 0) | upper}}~A:1",
        "{{.Id | printf \"%s-%d\" | len}}~!",
        "{{len .RepoTags}} {{not true}} {{and 1 .Config.User}}{{or .Config.User \"root\"}}~2 false root",
        "{{$x := .Id}}{{$x}}~sha256:01",
        "{{- .Id -}}  tail~sha256:01tail",
        "{{/* nothing */}}{{`raw`}}{{\"q\\\"q\"}}~rawq\"q",
        "{{.Config.Missing}}~<no value>",
        "{{slice .Id 7}} {{split \"a,b\" \",\"}} {{title \"x\"}}~01 [a b] X",
        "{{printf \"%-5s|%3d|%v|%q\" \"a\" 7 .RepoTags \"z\"}}~^a    |  7|[a:1 b:2]|\"z\"^",
        "{{$.Id}}{{range .RepoTags}}{{$.Size}}{{end}}~sha256:0112341234",
      })
  void rendersAsGoDoes(String template, String text) {
    if (text.equals("!")) {
      assertThatThrownBy(() -> Template.parse(template).render(IMAGE))
          .isInstanceOf(TemplateException.class);
    } else {
      assertThat(Template.parse(template).render(IMAGE)).isEqualTo(text);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      value = {
        "{{.Idd}}~no field \"Idd\"",
        "{{.Id~unclosed action",
        "{{range .X}}~without {{end}}",
        "{{end}}~unexpected {{end}}",
        "{{foo .Id}}~function \"foo\" not defined",
        "{{.Id.X}}~single value",
        "{{.RepoTags.X}}~list",
        "{{index .RepoTags 7}}~out of range",
        "{{(index (index .Config.Labels \"none\") 0).X}}~index of untyped nil",
        "{{\"open}}~unterminated",
        "{{$y}}~undefined variable",
        "{{}}~missing value",
      })
  void saysWhatIsWrong(String template, String why) {
    assertThatThrownBy(() -> Template.parse(template).render(IMAGE))
        .isInstanceOf(TemplateException.class)
        .hasMessageStartingWith("template parsing error: ")
        .hasMessageContaining(why);
  }

  @Test
  void escapesOfTheShellsSingleQuotesBecomeCharacters() {
    assertThat(Template.parse("a\\tb{{println 1}}").render(IMAGE)).isEqualTo("a\tb1\n");
  }
}
