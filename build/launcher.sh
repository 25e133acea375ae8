# The slow path of ./jbuild, sourced by it: what to do when there is no build, when a source is newer, or when a jar, the
# JDK or the launcher is not the one that .jbuild/launch remembers.
state=$here/.jbuild
sample=$here/build

say() { printf 'jbuild: %s\n' "$*" >&2; }
fail() {
  say "$*"
  exit 125
}

# Makes ./jbuild ready to exec: jb_home, jars and, where there is one, jb_cache.
prepare() {
  . "$here/build/jdk.sh"
  find_jdk || { no_jdk; exit 125; }
  jb_given=${JAVA_HOME-}
  jb_cache=
  mkdir -p "$state/aot" 2>/dev/null
  # A build by Maven itself (./test) left no mark; an interrupted one left the wrong one.
  [ -e "$state/built" ] || [ ! -e "$lib" ] || touch -r "$lib" "$state/built" 2>/dev/null
  made=
  if [ ! -e "$lib" ] || [ -e "$state/building" ] || { [ -w "$state" ] && outdated; }; then build; fi
  remember
}

# Everything that the program is built from, with the folders, whose time changes when a file is added or taken away.
sources() {
  (
    cd -- "$here" || exit
    for module in grammar oci parser cache registry-client runtime-shim builder engine cli; do
      find "$module/pom.xml" "$module/src/main" "$@" 2>/dev/null
    done
    find pom.xml "$@"
  )
}

# Is there a source newer than the build? Sets $newer to one.
outdated() {
  [ "${JBUILD_REBUILD-}" != never ] && newer=$(sources -newer "$state/built" -print | head -n 1) && [ -n "$newer" ]
}

# ---- building ------------------------------------------------------------------------------------------------------

build() {
  [ -w "$state" ] || fail "cannot build: $state cannot be written"
  need mvn maven "Maven"
  need make make "make"
  command -v musl-gcc >/dev/null || need gcc "musl-tools (or gcc)" "a C compiler"
  # Two first calls at once: the second waits, then finds everything there.
  exec 9>"$state/build.lock"
  if command -v flock >/dev/null && ! flock -n 9; then
    say 'another jbuild is building this checkout, waiting for it'
    flock 9
    if [ -e "$lib" ] && [ ! -e "$state/building" ] && ! outdated; then
      exec 9>&-
      return
    fi
  fi
  if [ -e "$lib" ] && [ ! -e "$state/building" ]; then
    say "$newer is newer than the build: building again (JBUILD_REBUILD=never leaves that out)"
  else
    say 'first call: building jbuild from its sources, a minute or two'
  fi
  : >"$state/building"
  # Another version of a library would come to lie beside the old one.
  case $newer in *pom.xml) rm -rf "$lib" ;; esac
  maven || fail "the build failed; Maven's errors are above, all of its words in $state/build.log"
  mv -f "$state/building" "$state/built"
  made=yes
  exec 9>&-
}

need() {
  command -v "$1" >/dev/null && return
  fail "$3 is needed to build jbuild, and $1 is not on the PATH; Debian: apt-get install $2"
}

# One line per module on stderr, all of Maven's words in the log. The gates are ./test's business, so they are skipped.
maven() {
  log=$state/build.log
  {
    cd -- "$here" && JAVA_HOME=$jb_home MAVEN_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 ${MAVEN_OPTS-}" \
      mvn -B -pl cli -am -Dmaven.test.skip=true -Dspotless.check.skip -Dcheckstyle.skip package 2>&1 </dev/null
    printf '\nexit status %s\n' "$?"   # Maven may leave its last line open
  } | {
    status=
    while IFS= read -r line; do
      printf '%s\n' "$line"
      case $line in
        *'Building jbuild '*']'*) progress "$line" ;;
        'exit status '*) status=${line#exit status } ;;
      esac
    done >"$log"
    [ "$status" = 0 ] || { grep -E 'ERROR|error:' "$log" | head -n 20 >&2; exit 1; }
  }
}

# "[INFO] Building jbuild registry client 0.1.0-SNAPSHOT      [4/9]" -> "jbuild:   [4/9] registry client"
progress() {
  name=${1#*Building jbuild }
  case $name in [0-9]*) ;; *) say "  [${1##*[}" "${name%% [0-9]*}" ;; esac
}

# ---- the AOT cache -------------------------------------------------------------------------------------------------

# Names the cache by digest, starts making it if it is not there, and writes down what the fast path compares.
remember() {
  newer_source() { :; }
  seen=$(signature)
  [ -n "$seen" ] || { [ -e "$lib" ] || fail "there is no build in $lib"; return; }   # no GNU stat: no cache, but it runs
  command -v sha256sum >/dev/null || return
  name=$(cd -- "$lib" && { sha256sum -- *.jar "$here/jbuild" "$here/build/launcher.sh"; cat "$jb_home/release"; echo "$jb_home"; } | sha256sum)
  jb_cache=${name%% *}
  [ -w "$state/aot" ] || return
  if [ ! -e "$state/aot/$jb_cache.trained" ] && [ "${JBUILD_AOT-}" != off ]; then
    case ${JBUILD_AOT-}$made in
      wait* | *yes)
        say 'training the start-up cache'
        (train </dev/null >/dev/null 2>&1)
        ;;
      *) (train </dev/null >/dev/null 2>&1 &) ;;
    esac
  fi
  # A file changed within the clock's tick of its digest would look unchanged for ever: remember only what has settled.
  [ "$(signature)" = "$seen" ] && settled && write_state
}

settled() {
  newest=$(cd -- "$lib" && stat -c %Z -- *.jar "$here/jbuild" "$here/build/launcher.sh" | sort -n | tail -n 1)
  [ "$newest" -lt "$(($(date +%s) - 1))" ]
}

write_state() {
  {
    printf 'jb_home=%s\n' "$(quoted "$jb_home")"
    printf 'jb_given=%s\n' "$(quoted "$jb_given")"
    printf 'jb_cache=%s\n' "$jb_cache"
    printf 'jb_signature=%s\n' "$(quoted "$seen")"
    printf 'newer_source() {\n  for newer in'
    sources -print | sort | sed "s/'/'\\\\''/g; s/.*/ '&'/" | tr -d '\n'
    printf '; do\n    [ "$newer" -nt .jbuild/built ] && exit\n  done\n}\n'
  } >"$state/launch.$$" && mv -f "$state/launch.$$" "$state/launch"
}

quoted() { printf "'"; printf '%s' "$1" | sed "s/'/'\\\\''/g"; printf "'"; }

# Makes a cache for each kind of call from calls as people make them, all in one process: a build is done, then found done,
# then remembered. Its context, $sample, is old, because what is young is not remembered. What has failed is not tried
# again: the program runs without.
train() {
  command -v flock >/dev/null && { exec 8>"$state/aot/lock" && flock -n 8 || return 0; }
  room=$(mktemp -d "$state/aot/train.XXXXXX") || return 0
  class_path
  cat >"$room/Dockerfile" <<'END'
FROM jbuild/tiny
ARG who=you
ENV GREETING=hello
LABEL a=b
WORKDIR /app
COPY . .
COPY j* .
RUN echo $GREETING > greeting
RUN cat greeting && cat /proc/sys/kernel/random/uuid > different-every-time
RUN test $who = you
EXPOSE 80
USER root
CMD ["cat", "greeting"]
END
  words build -f "$room/Dockerfile" -t trained "$sample" >"$room/build"
  words build -q --no-cache -f "$room/Dockerfile" -t trained "$sample" >>"$room/build"
  words -t trained --label again=yes -f "$room/Dockerfile" "$sample" >>"$room/build"
  words -t trained -f "$room/Dockerfile" "$sample" >>"$room/build"
  words -t trained -f "$room/Dockerfile" "$sample" >>"$room/build"
  words -q -t trained -f "$room/Dockerfile" "$sample" >>"$room/build"
  words run --rm trained >"$room/run"
  words run -d --name trained -e a=b -v "$sample:/sample:ro" trained sleep 20 >>"$room/run"
  words exec trained true >>"$room/run"
  words logs trained >>"$room/run"
  words ps >>"$room/run"
  words rm -f trained >>"$room/run"
  {
    find "$state/aot" -maxdepth 1 \( -name '*.aot' -o -name '*.trained' \) -exec rm -f {} +
    export JBUILD_ROOT="$room/root" JBUILD_REGISTRIES="$room/none.json"
    unset JBUILD_FACTS
    echo '{}' >"$JBUILD_REGISTRIES"
    # Something that was made a while ago and is not on the disk yet.
    marks=$room/root/unsynced/$(cat /proc/sys/kernel/random/boot_id)
    mkdir -p "$marks" && touch -d @0 "$marks/an-earlier-one"
    # No profiles: with them the second compiler starts at once on what a short call uses, and takes longer than the call.
    flags="$flags -XX:-AOTRecordTraining"
    train_kind build build --progress=plain -f "$room/Dockerfile" -t trained "$sample"
    if serve; then
      words tag trained "$registry/trained" >"$room/transfer"
      words push "$registry/trained" >>"$room/transfer"
      words rmi -f trained "$registry/trained" >>"$room/transfer"
      words pull "$registry/trained" >>"$room/transfer"
      words tag "$registry/trained" trained >>"$room/transfer"
      train_kind transfer push "$registry/trained"
      kill "$server"
    fi
    flags="$flags -XX:TieredStopAtLevel=1"
    train_kind run run --rm trained
    : >"$room/list"
    train_kind list images
    : >"$state/aot/$jb_cache.trained"
  } >"$state/aot/train.log" 2>&1
  rm -rf "$room"
}

# Starts a registry of our own, for pushing and pulling; sets $registry and $server.
serve() {
  program registry serve --quiet --addr 127.0.0.1:0 --root "$room/registry" >"$room/serving" &
  server=$!
  for _ in 0 1 2 3 4 5 6 7 8 9; do
    sleep 1
    registry=$(sed -n 's|^Serving http://\([^ ]*\) .*|\1|p' "$room/serving")
    [ -z "$registry" ] || return 0
  done
  kill "$server"
  return 1
}

# A command for dev.jbuild.cli.Main's training.
words() {
  printf '%s' "$1"
  shift
  [ $# = 0 ] || printf '\t%s' "$@"
  echo
}

# A cache for calls of kind $1, made with the commands in $room/$1 and the one that follows.
train_kind() {
  kind=$1
  shift
  run_java "-XX:AOTCacheOutput=$room/$kind.aot" "$@" && mv -f "$room/$kind.aot" "$state/aot/$jb_cache-$kind.aot"
}

run_java() (
  option=$1
  shift
  native_files
  # shellcheck disable=SC2086  # lists of words
  become "$jb_home/bin/java" "$option" -Djbuild.stay=true "-Djbuild.train=$room/$kind" "-Djbuild.calls=$calls" "-Djbuild.shim=${JBUILD_SHIM:-$shim}" $flags -cp "$jars" "$main" "$@"
)

# Becomes the program, without a cache.
program() {
  native_files
  # shellcheck disable=SC2086  # lists of words
  become "$jb_home/bin/java" -XX:TieredStopAtLevel=1 "-Djbuild.calls=$calls" $flags -cp "$jars" "$main" "$@"
}
