# Finds a JDK of at least 25: JAVA_HOME, then the java on the PATH, then where distributions put theirs. Sourced by
# build/launcher.sh and ./test. Sets jb_home, or returns 1.

# The feature version of the Java in folder $1 ("25"), from its release file: starting java would cost 30 ms each.
java_feature() {
  [ -x "$1/bin/java" ] && [ -r "$1/release" ] || return 1
  while IFS='=' read -r jb_key jb_value; do
    if [ "$jb_key" = JAVA_VERSION ]; then
      jb_value=${jb_value#\"}
      jb_value=${jb_value%%[!0-9]*}
      printf '%s\n' "$jb_value"
      return 0
    fi
  done <"$1/release"
  return 1
}

find_jdk() {
  jb_path_java=$(command -v java) && jb_path_java=$(readlink -f -- "$jb_path_java")
  for jb_home in "${JAVA_HOME-}" "${jb_path_java%/bin/java}" /usr/lib/jvm/*25* /opt/*25* "$HOME"/.sdkman/candidates/java/25* \
    /usr/lib/jvm/*2[6-9]*; do
    [ -n "$jb_home" ] && jb_feature=$(java_feature "$jb_home") && [ "${jb_feature:-0}" -ge 25 ] && [ -x "$jb_home/bin/javac" ] && return 0
  done
  jb_home=
  return 1
}

no_jdk() {
  cat >&2 <<'END'
jbuild: JDK 25 was not found: not in JAVA_HOME, not on the PATH, not in /usr/lib/jvm/*25*.
  Debian 13 and later:  apt-get install openjdk-25-jdk-headless
  elsewhere:            Temurin 25 (package temurin-25-jdk, https://adoptium.net), then set JAVA_HOME if it is in an unusual place
END
}
