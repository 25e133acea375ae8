package dev.jbuild.plan;

import dev.jbuild.oci.ImageReference;
import dev.jbuild.oci.Platform;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;

/**
 * What to build.
 *
 * @param source the Dockerfile and the files it may copy
 * @param arguments {@code --build-arg}, in order
 * @param outputs at least one
 * @param squash all layers of the build become one
 */
public record BuildRequest(
    Source source,
    List<ImageReference> tags,
    SequencedMap<String, String> arguments,
    Optional<String> target,
    List<Platform> platforms,
    CacheOptions cache,
    RunOptions run,
    SequencedMap<String, String> labels,
    SequencedMap<String, String> annotations,
    List<Output> outputs,
    Optional<Path> imageIdFile,
    Optional<Path> metadataFile,
    boolean squash) {

  /** The same with other arguments. */
  public BuildRequest withArguments(SequencedMap<String, String> others) {
    return new BuildRequest(
        source,
        tags,
        others,
        target,
        platforms,
        cache,
        run,
        labels,
        annotations,
        outputs,
        imageIdFile,
        metadataFile,
        squash);
  }

  /**
   * The inputs as files.
   *
   * @param context absent when only a Dockerfile was given, e.g. on standard input
   * @param dockerfileName as messages say it
   * @param dockerfile its bytes
   * @param ignoreFile the patterns that are in force, if any
   * @param named {@code --build-context}: folders, or what a prefix says, e.g. {@code
   *     docker-image://}
   * @param epoch the time of a remote context, in seconds of 1970
   */
  public record Source(
      Optional<Path> context,
      String dockerfileName,
      byte[] dockerfile,
      Optional<byte[]> ignoreFile,
      Map<String, String> named,
      OptionalLong epoch) {}

  /** How the cache is used. */
  public record CacheOptions(boolean disabled, Set<String> disabledStages, boolean pull) {}

  /**
   * How RUN steps run.
   *
   * @param network {@code default}, {@code host} or {@code none}
   * @param shmSize bytes
   * @param extraHosts {@code name:address}
   * @param secrets by id: {@code --secret}
   * @param ssh by id: the socket of an agent, or files of keys: {@code --ssh}
   * @param allow entitlements: {@code network.host}, {@code security.insecure}
   */
  public record RunOptions(
      String network,
      long shmSize,
      List<String> extraHosts,
      List<String> ulimits,
      Map<String, Secret> secrets,
      Map<String, List<Path>> ssh,
      Set<String> allow) {}

  /** Where a secret's value is. */
  public sealed interface Secret {
    /** In a file. */
    record File(Path path) implements Secret {}

    /** In a variable of the caller's environment; the value travels only in memory. */
    record Value(String value) implements Secret {}
  }
}
