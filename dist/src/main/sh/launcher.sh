# The slow path of bin/jbuild, sourced by it: the first call of a user, or a file that has changed since. Makes the start-up
# caches: from 200 ms a call they take it to 60.

sample=$home/bin

# Names the caches by digest, starts making them if they are not there, and writes down what the fast path compares.
prepare() {
  jb_cache=
  [ "${JBUILD_AOT-}" != off ] && [ -n "$seen" ] && command -v sha256sum >/dev/null || return 0
  case $state in /.cache/*) return 0 ;; esac   # no HOME
  (umask 077 && mkdir -p "$state/aot") 2>/dev/null
  # With sudo's HOME, a folder of somebody else's: what root runs must not come from there.
  [ -O "$state" ] && [ -w "$state/aot" ] || return 0
  name=$(cd -- "$home" && { sha256sum -- lib/java/*.jar bin/jbuild lib/launcher.sh; cat runtime/release; echo "$home"; } | sha256sum)
  jb_cache=${name%% *}
  if [ ! -e "$state/aot/$jb_cache.trained" ]; then
    case ${JBUILD_AOT-}:${CI-} in
      wait:*) (train </dev/null >/dev/null 2>&1) ;;
      *:true | *:1) return 0 ;;   # a machine for one run: seconds spent for nobody
      *) (forget_others; train) </dev/null >/dev/null 2>&1 & ;;
    esac
  fi
  # A file changed within the clock's tick of its digest would look unchanged for ever: remember only what has settled.
  [ "$(signature)" = "$seen" ] && settled && write_state
}

# Makes the caches of the installation itself, for all its users; whoever can write there calls it after installing.
prepare_installed() {
  state=$home/cache
  seen=$(signature)
  (umask 022 && mkdir -p "$state/aot") && JBUILD_AOT=wait prepare && chmod -R a+rX "$state"
}

settled() {
  newest=$(cd -- "$home" && stat -c %Z -- lib/java/*.jar bin/jbuild lib/launcher.sh | sort -n | tail -n 1)
  [ "$newest" -lt "$(($(date +%s) - 1))" ]
}

write_state() {
  {
    printf 'jb_cache=%s\n' "$jb_cache"
    printf 'jb_signature=%s\n' "$(quoted "$seen")"
  } >"$state/launch.$$" && mv -f "$state/launch.$$" "$state/launch"
}

# Caches of installations that are no longer there.
forget_others() {
  for other in "${state%/*}"/*; do
    there=$(printf '%s' "${other##*/}" | tr % /)
    [ -e "$there/bin/jbuild" ] || rm -rf -- "$other"
  done
}

#@ quoted() from build/launcher.sh
#@ train() from build/launcher.sh
#@ serve() from build/launcher.sh
#@ words() from build/launcher.sh
#@ train_kind() from build/launcher.sh
run_java() (
  option=$1
  shift
  # shellcheck disable=SC2086  # lists of words
  become "$jb_home/bin/java" "$option" -Djbuild.stay=true "-Djbuild.train=$room/$kind" "-Djbuild.shim=$home/lib/shim" "-Djbuild.calls=$home/lib/calls.so" "-DZstdNativePath=$home/lib/libzstd-jni.so" $flags -cp "$jars" "$main" "$@"
)
program() {
  # shellcheck disable=SC2086  # lists of words
  become "$jb_home/bin/java" -XX:TieredStopAtLevel=1 "-Djbuild.calls=$home/lib/calls.so" "-DZstdNativePath=$home/lib/libzstd-jni.so" $flags -cp "$jars" "$main" "$@"
}
