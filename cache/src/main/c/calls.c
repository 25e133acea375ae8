/*
 * System calls for the JVM, over JNI and without a C library: the JVM has its own, and none of a system call's work is the library's.
 * A call gives the kernel's answer: below zero it is a negated errno.
 */
#include "calls.h"
#include "deflate.h"
#include "spawn.h"

typedef long long jlong; /* JNI specification, chapter 3 */

/* Called from Java by their names (JNI specification, chapter 2, "Resolving Native Method Names"). */
#define NATIVE(name) __attribute__((visibility("default"))) jlong Java_dev_jbuild_linux_Native_##name

/* The place of GetDirectBufferAddress in the table of functions (JNI specification, chapter 4). */
enum { GET_DIRECT_BUFFER_ADDRESS = 230 };

typedef void *direct_buffer_address(void *env, void *buffer);

jlong Java_dev_jbuild_linux_Native_call(void *env, void *type, jlong number, jlong a, jlong b, jlong c, jlong d, jlong e);
jlong Java_dev_jbuild_linux_Native_address(void *env, void *type, void *buffer);
jlong Java_dev_jbuild_linux_Native_spawn(void *env, void *type, jlong path, jlong argv, jlong envp, jlong in, jlong out);
jlong Java_dev_jbuild_linux_Native_deflateRoom(void *env, void *type);
jlong Java_dev_jbuild_linux_Native_deflate(void *env, void *type, jlong room, jlong from, jlong before, jlong count, jlong to, jlong mode);

NATIVE(call)(void *env, void *type, jlong number, jlong a, jlong b, jlong c, jlong d, jlong e) {
  (void)env;
  (void)type;
  return system_call((long)number, (long)a, (long)b, (long)c, (long)d, (long)e);
}

NATIVE(address)(void *env, void *type, void *buffer) {
  (void)type;
  direct_buffer_address *get = (*(direct_buffer_address ***)env)[GET_DIRECT_BUFFER_ADDRESS];
  return (jlong)(unsigned long)get(env, buffer);
}

NATIVE(spawn)(void *env, void *type, jlong path, jlong argv, jlong envp, jlong in, jlong out) {
  (void)env;
  (void)type;
  return (jlong)spawn_program((const char *)(unsigned long)path, (char **)(unsigned long)argv, (char **)(unsigned long)envp, (int)in, (int)out);
}

NATIVE(deflateRoom)(void *env, void *type) {
  (void)env;
  (void)type;
  return (jlong)deflate_room();
}

NATIVE(deflate)(void *env, void *type, jlong room, jlong from, jlong before, jlong count, jlong to, jlong mode) {
  (void)env;
  (void)type;
  return (jlong)deflate_piece((void *)(unsigned long)room, (const unsigned char *)(unsigned long)from, (unsigned long)before,
                              (unsigned long)count, (unsigned char *)(unsigned long)to, mode & 15, (unsigned)(mode >> 4) & 1);
}
