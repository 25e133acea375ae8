/* What the compiler calls where it copies or fills much, and what else would be in a C library. */
typedef __SIZE_TYPE__ size_t;

void *memcpy(void *restrict to, const void *restrict from, size_t count);
void *memset(void *to, int value, size_t count);

#if defined(__x86_64__)
void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  void *at = to;
  __asm__ volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(count) : : "memory");
  return to;
}

void *memset(void *to, int value, size_t count) {
  void *at = to;
  __asm__ volatile("rep stosb" : "+D"(at), "+c"(count) : "a"(value) : "memory");
  return to;
}
#else
/* The Makefile forbids that these loops become calls of themselves. */
typedef unsigned long __attribute__((may_alias, aligned(1))) word;

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  unsigned char *target = to;
  const unsigned char *source = from;
  for (; count >= sizeof(word); count -= sizeof(word), target += sizeof(word), source += sizeof(word)) {
    *(word *)target = *(const word *)source;
  }
  while (count-- > 0) *target++ = *source++;
  return to;
}

void *memset(void *to, int value, size_t count) {
  unsigned char *target = to;
  unsigned long filled = 0x0101010101010101UL * (unsigned char)value;
  for (; count >= sizeof(word); count -= sizeof(word), target += sizeof(word)) *(word *)target = filled;
  while (count-- > 0) *target++ = (unsigned char)value;
  return to;
}
#endif
