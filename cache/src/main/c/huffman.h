/* The prefix codes of deflate, and bits. */
#pragma once

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long u64;

enum {
  LITLEN_SYMBOLS = 288,
  DISTANCE_SYMBOLS = 32,
  LENGTH_SYMBOLS = 19, /* of the code that the lengths of the other two are written in */
  END_OF_BLOCK = 256,
  LITLEN_LIMIT = 14, /* 15 is allowed; with 14, four literals fit a word beside what a write leaves of a byte */
  DISTANCE_LIMIT = 15,
  LENGTH_LIMIT = 7
};

/* Bits on their way out, the lowest first. The target has eight bytes more than are ever written. */
struct bits {
  u64 word;
  u32 count;
  u8 *at;
};

/* A prefix code: for each symbol its bits, reversed as they are written, and their number. */
struct code {
  u16 bits[LITLEN_SYMBOLS];
  u8 length[LITLEN_SYMBOLS];
};

/* The two codes of a block, and how they are written before it. */
struct codes {
  u32 litlen_count[LITLEN_SYMBOLS];
  u32 distance_count[DISTANCE_SYMBOLS];
  struct code litlen;
  struct code distance;
  struct code length;
  u16 packed[LITLEN_SYMBOLS + DISTANCE_SYMBOLS]; /* the symbol, and its extra bits from bit 5 */
  u32 packed_count;
  u32 litlen_used;
  u32 distance_used;
  u32 length_used;
};

/* Makes both codes from how often their symbols occur; returns the size in bits of the block that they make, without the extra bits of
 * lengths and distances. */
u64 codes_make(struct codes *codes);

/* Writes both codes. */
void codes_write(const struct codes *codes, struct bits *out);

static inline u64 read8(const u8 *from) {
  u64 value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

static inline u32 read4(const u8 *from) {
  u32 value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

static inline void bits_add(struct bits *out, u64 value, u32 count) {
  out->word |= value << out->count;
  out->count += count;
}

/* Leaves fewer than eight bits waiting: 56 more can be added. */
static inline void bits_flush(struct bits *out) {
  __builtin_memcpy(out->at, &out->word, sizeof out->word);
  out->at += out->count >> 3;
  out->word >>= out->count & ~7U;
  out->count &= 7;
}
