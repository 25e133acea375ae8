package dev.jbuild.dist;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A machine that an archive is for.
 *
 * @param name as uname(1) says it
 * @param debian as Debian's packages say it
 * @param zstd folder of its library in zstd-jni's jar
 * @param jmods the folder of a JDK for it, of this JDK's version; absent where it is this machine
 */
record Machine(String name, String debian, String zstd, Optional<Path> jmods) {
  static Machine x86() {
    return new Machine("x86_64", "amd64", "linux/amd64/", Optional.empty());
  }

  static Machine arm(Path jdk) {
    return new Machine("aarch64", "arm64", "linux/aarch64/", Optional.of(jdk.resolve("jmods")));
  }
}
