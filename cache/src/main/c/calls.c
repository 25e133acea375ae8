/*
 * System calls for the JVM, over JNI and without a C library: the JVM has its own, and none of a system call's work is the library's.
 * A call gives the kernel's answer: below zero it is a negated errno.
 */
#include "deflate.h"

typedef long long jlong; /* JNI specification, chapter 3 */

/* Called from Java by their names (JNI specification, chapter 2, "Resolving Native Method Names"). */
#define NATIVE(name) __attribute__((visibility("default"))) jlong Java_dev_jbuild_linux_Native_##name

/* The place of GetDirectBufferAddress in the table of functions (JNI specification, chapter 4). */
enum { GET_DIRECT_BUFFER_ADDRESS = 230 };

typedef void *direct_buffer_address(void *env, void *buffer);

jlong Java_dev_jbuild_linux_Native_call(void *env, void *type, jlong number, jlong a, jlong b, jlong c, jlong d, jlong e);
jlong Java_dev_jbuild_linux_Native_address(void *env, void *type, void *buffer);
jlong Java_dev_jbuild_linux_Native_deflateRoom(void *env, void *type);
jlong Java_dev_jbuild_linux_Native_deflate(void *env, void *type, jlong room, jlong from, jlong before, jlong count, jlong to, jlong mode);

#if defined(__x86_64__)
static long system_call(long number, long a, long b, long c, long d, long e) {
  long result;
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = 0;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#elif defined(__aarch64__)
static long system_call(long number, long a, long b, long c, long d, long e) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  register long x4 __asm__("x4") = e;
  register long x5 __asm__("x5") = 0;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
#else
#error "no system calls for this architecture yet"
#endif

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
