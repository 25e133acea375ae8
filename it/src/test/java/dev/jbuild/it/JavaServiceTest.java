package dev.jbuild.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jbuild.testkit.Command;
import dev.jbuild.testkit.Command.Running;
import dev.jbuild.testkit.Folder;
import dev.jbuild.testkit.Jbuild;
import dev.jbuild.testkit.LocalRegistry;
import org.junit.jupiter.api.Test;

/**
 * A multi-stage Java build as people write it: Maven in one stage, the jar alone in the next; the
 * container answers HTTP.
 */
@EndToEnd
final class JavaServiceTest {
  private static final String DOCKERFILE =
      """
      FROM debian:bookworm-slim AS jre
      RUN apt-get update \\
       && apt-get install -y --no-install-recommends openjdk-17-jre-headless \\
       && rm -rf /var/lib/apt/lists/*

      FROM jre AS build
      RUN apt-get update && apt-get install -y --no-install-recommends openjdk-17-jdk-headless maven
      WORKDIR /app
      ARG MAVEN_OPTS
      COPY trust.p12* /etc/
      COPY pom.xml .
      COPY src src
      RUN mvn -q -B package

      FROM jre
      WORKDIR /srv
      COPY --from=build /app/target/*.jar app.jar
      EXPOSE 8080/tcp
      USER nobody
      CMD ["java", "-XX:TieredStopAtLevel=1", "-jar", "app.jar"]
      """;

  private static final String POM =
      """
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <modelVersion>4.0.0</modelVersion>
        <groupId>org.example</groupId>
        <artifactId>greeter</artifactId>
        <version>1.0</version>
        <properties>
          <maven.compiler.source>17</maven.compiler.source>
          <maven.compiler.target>17</maven.compiler.target>
          <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
        </properties>
        <dependencies>
          <dependency>
            <groupId>com.google.code.gson</groupId>
            <artifactId>gson</artifactId>
            <version>2.10.1</version>
          </dependency>
        </dependencies>
        <build>
          <plugins>
            <plugin>
              <groupId>org.apache.maven.plugins</groupId>
              <artifactId>maven-dependency-plugin</artifactId>
              <executions>
                <execution>
                  <phase>prepare-package</phase>
                  <goals><goal>unpack-dependencies</goal></goals>
                  <configuration>
                    <includeScope>runtime</includeScope>
                    <excludes>META-INF/**,module-info.class</excludes>
                    <outputDirectory>${project.build.outputDirectory}</outputDirectory>
                  </configuration>
                </execution>
              </executions>
            </plugin>
            <plugin>
              <groupId>org.apache.maven.plugins</groupId>
              <artifactId>maven-jar-plugin</artifactId>
              <configuration>
                <archive><manifest><mainClass>org.example.Greeter</mainClass></manifest></archive>
              </configuration>
            </plugin>
          </plugins>
        </build>
      </project>
      """;

  private static final String SOURCE =
      """
      package org.example;

      import com.google.gson.Gson;
      import com.sun.net.httpserver.HttpServer;
      import java.net.InetSocketAddress;
      import java.util.Map;

      public final class Greeter {
        public static void main(String[] arguments) throws Exception {
          int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
          HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 0);
          server.createContext("/", exchange -> {
            byte[] body = new Gson().toJson(Map.of("greeting", "hello from " + System.getProperty("user.name"))).getBytes();
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
          server.start();
          System.out.println("ready");
        }
      }
      """;

  @Test
  void buildsWithMavenAndAnswersHttp(Jbuild jbuild, Folder context) throws Exception {
    MachineNetwork.require();
    context
        .dockerfile(DOCKERFILE)
        .file("pom.xml", POM)
        .file("src/main/java/org/example/Greeter.java", SOURCE);
    String mavenOptions =
        MachineNetwork.trust(context.path().resolve("trust.p12"), "/etc/trust.p12");

    jbuild.check("build", "-t", "greeter:1", "--build-arg", "MAVEN_OPTS=" + mavenOptions, context);

    int port = LocalRegistry.freePort();
    Command service =
        jbuild.command("run", "--rm", "--network", "host", "-e", "PORT=" + port, "greeter:1");
    try (Running running = service.start()) {
      assertThat(Http.get(port, running)).isEqualTo("{\"greeting\":\"hello from nobody\"}");
      running.signal("TERM");
      assertThat(running.await().code()).isEqualTo(143);
    }
  }

  @Test
  void theSecondBuildIsAllFromTheCache(Jbuild jbuild, Folder context) throws Exception {
    context.dockerfile(
        "FROM busybox AS build\nRUN echo jar > /app.jar\nFROM busybox\nCOPY --from=build /app.jar app.jar\n");
    jbuild.check("build", "-q", "-t", "twice", context);

    assertThat(jbuild.check("build", "--progress=plain", "-t", "twice", context).err())
        .contains("[build 2/2] RUN echo jar > /app.jar")
        .contains("CACHED");
  }
}
