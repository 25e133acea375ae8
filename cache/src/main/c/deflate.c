/*
 * Deflate (RFC 1951) for layers: a piece of a stream, as blocks that begin and end with whole bytes and know what comes before. What comes
 * out is decided by the bytes and the level alone, on every machine.
 *
 * Greedy or lazy matching over chains of hashes of four bytes, codes of their own for stretches that differ in kind; stretches of noise,
 * which already compressed files are, are recognized before anything is tried on them.
 */
#include "deflate.h"
#include "huffman.h"

enum {
  WINDOW = 1 << 15,
  SHORTEST = 3,
  LONGEST = 258,
  HASH_BITS = 16,
  SHORT_HASH_BITS = 12,
  WORD_BITS = 12,
  LONG_ENOUGH = 64, /* of a longer match, or of what was skipped, only the end is looked up later */
  SHORT_REACH = 4096, /* a match of three bytes from farther away takes more than they do as literals */
  SEGMENT = 1 << 16, /* looked at for noise at once */
  SEQUENCES = 1 << 14,
  LEAST_BLOCK = 8192, /* bytes; codes of their own have to pay */
  KINDS = 18,
  FEW_SYMBOLS = 512,
  LONGEST_STORED = 0xffff,
  DIFFERENT_PERCENT = 45
};

/* Literals, and then a match; without one at the end of a block. */
struct sequence {
  u32 literals;
  u16 length;
  u16 distance;
};

struct state {
  u64 words[1 << WORD_BITS];
  u32 head[1 << HASH_BITS]; /* places are counted from one before the dictionary: none is 0 */
  u32 short_head[1 << SHORT_HASH_BITS];
  u32 before[WINDOW];
  struct sequence sequences[SEQUENCES];
  struct codes codes;
  u8 length_slot[LONGEST + 1];
  u8 distance_slot[512];
  u32 seen[KINDS]; /* how often each kind of symbol was in the block before the last few symbols */
  u32 fresh[KINDS];
  u32 seen_total;
  u32 fresh_total;
  const u8 *base;
  const u8 *end;
  const u8 *block; /* where the open block begins */
  const u8 *inserted; /* the first byte that the chains do not know yet */
  u32 literals; /* since the last match */
  u32 sequence_count;
  u32 depth;
  u32 nice;
  u32 lazy;
  struct bits out;
};

static const u16 LENGTH_BASE[29] = {3,  4,  5,  6,  7,  8,  9,  10, 11,  13,  15,  17,  19,  23, 27,
                                    31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
static const u8 LENGTH_EXTRA[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
static const u16 DISTANCE_BASE[30] = {1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
                                      193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
static const u8 DISTANCE_EXTRA[30] = {0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13};

static void make_slots(struct state *state) {
  for (u32 slot = 0, length = SHORTEST; slot < 29; slot++) {
    u32 end = slot == 28 ? LONGEST + 1 : LENGTH_BASE[slot + 1];
    for (; length < end; length++) state->length_slot[length] = (u8)slot;
  }
  for (u32 slot = 0; slot < 30; slot++) {
    u32 first = DISTANCE_BASE[slot] - 1U;
    u32 count = 1U << DISTANCE_EXTRA[slot];
    for (u32 i = 0; i < count; i++) {
      u32 distance = first + i;
      state->distance_slot[distance < 256 ? distance : 256 + (distance >> 7)] = (u8)slot;
    }
  }
}

static inline u32 distance_slot(const struct state *state, u32 distance) {
  u32 less = distance - 1;
  return state->distance_slot[less < 256 ? less : 256 + (less >> 7)];
}

/* ---- blocks -------------------------------------------------------------------------------------------------------------------------- */

static void to_byte(struct bits *out) {
  bits_add(out, 0, -out->count & 7);
  bits_flush(out);
}

/* As they are; with no bytes, a mark that ends a stream or brings it to a whole byte. */
static void write_stored(struct bits *out, const u8 *from, u64 count, u32 last) {
  do {
    u64 length = count < LONGEST_STORED ? count : LONGEST_STORED;
    bits_add(out, last, 3);
    to_byte(out);
    bits_add(out, length | (~length & 0xffff) << 16, 32);
    bits_flush(out);
    __builtin_memcpy(out->at, from, length);
    out->at += length;
    from += length;
    count -= length;
  } while (count > 0);
}

static inline void write_literals(const struct code *code, struct bits *out, const u8 *from, u32 count) {
  for (; count >= 4; count -= 4, from += 4) {
    for (u32 i = 0; i < 4; i++) bits_add(out, code->bits[from[i]], code->length[from[i]]);
    bits_flush(out);
  }
  for (; count > 0; count--, from++) bits_add(out, code->bits[*from], code->length[*from]);
  bits_flush(out);
}

static void write_coded(struct state *state) {
  struct bits out = state->out;
  const struct codes *codes = &state->codes;
  const u8 *from = state->block;
  bits_add(&out, 4, 3);
  codes_write(codes, &out);
  for (u32 i = 0; i < state->sequence_count; i++) {
    struct sequence sequence = state->sequences[i];
    write_literals(&codes->litlen, &out, from, sequence.literals);
    from += sequence.literals + sequence.length;
    u32 length_slot = state->length_slot[sequence.length];
    u32 slot = distance_slot(state, sequence.distance);
    bits_add(&out, codes->litlen.bits[257 + length_slot], codes->litlen.length[257 + length_slot]);
    bits_add(&out, sequence.length - LENGTH_BASE[length_slot], LENGTH_EXTRA[length_slot]);
    bits_add(&out, codes->distance.bits[slot], codes->distance.length[slot]);
    bits_add(&out, sequence.distance - DISTANCE_BASE[slot], DISTANCE_EXTRA[slot]);
    bits_flush(&out);
  }
  write_literals(&codes->litlen, &out, from, state->literals);
  bits_add(&out, codes->litlen.bits[END_OF_BLOCK], codes->litlen.length[END_OF_BLOCK]);
  bits_flush(&out);
  state->out = out;
}

static u64 extra_size(const struct codes *codes) {
  u64 size = 0;
  for (u32 i = 0; i < 29; i++) size += (u64)codes->litlen_count[257 + i] * LENGTH_EXTRA[i];
  for (u32 i = 0; i < 30; i++) size += (u64)codes->distance_count[i] * DISTANCE_EXTRA[i];
  return size;
}

static void begin_block(struct state *state, const u8 *at) {
  __builtin_memset(state->codes.litlen_count, 0, sizeof state->codes.litlen_count);
  __builtin_memset(state->codes.distance_count, 0, sizeof state->codes.distance_count);
  __builtin_memset(state->seen, 0, sizeof state->seen);
  __builtin_memset(state->fresh, 0, sizeof state->fresh);
  state->seen_total = 0;
  state->fresh_total = 0;
  state->literals = 0;
  state->sequence_count = 0;
  state->block = at;
}

static void end_block(struct state *state, const u8 *at) {
  u64 count = (u64)(at - state->block);
  if (count > 0) {
    state->codes.litlen_count[END_OF_BLOCK] = 1;
    u64 coded = codes_make(&state->codes) + extra_size(&state->codes);
    u64 stored = 8 * count + 40 * (count / LONGEST_STORED + 1);
    if (coded < stored) {
      write_coded(state);
    } else {
      write_stored(&state->out, state->block, count, 0);
    }
  }
  begin_block(state, at);
}

/* Whether the last few symbols are of other kinds than those before in the block. */
static u32 differs(struct state *state) {
  u64 difference = 0;
  for (u32 i = 0; i < KINDS; i++) {
    u64 expected = (u64)state->seen[i] * state->fresh_total;
    u64 actual = (u64)state->fresh[i] * state->seen_total;
    difference += expected > actual ? expected - actual : actual - expected;
  }
  u32 result = state->seen_total > 0 && difference * 100 > (u64)state->seen_total * state->fresh_total * DIFFERENT_PERCENT;
  for (u32 i = 0; i < KINDS; i++) {
    state->seen[i] += state->fresh[i];
    state->fresh[i] = 0;
  }
  state->seen_total += state->fresh_total;
  state->fresh_total = 0;
  return result;
}

static void may_end_block(struct state *state, const u8 *at) {
  if (state->sequence_count == SEQUENCES) {
    end_block(state, at);
  } else if (state->fresh_total >= FEW_SYMBOLS) {
    u64 size = (u64)(at - state->block);
    if (differs(state) && size >= LEAST_BLOCK && state->end - at >= LEAST_BLOCK) end_block(state, at);
  }
}

static inline void add_literal(struct state *state, u8 value) {
  state->codes.litlen_count[value]++;
  state->fresh[value >> 4]++;
  state->fresh_total++;
  state->literals++;
}

static inline void add_match(struct state *state, u32 length, u32 distance) {
  struct sequence *sequence = &state->sequences[state->sequence_count++];
  sequence->literals = state->literals;
  sequence->length = (u16)length;
  sequence->distance = (u16)distance;
  state->literals = 0;
  state->codes.litlen_count[257 + state->length_slot[length]]++;
  state->codes.distance_count[distance_slot(state, distance)]++;
  state->fresh[16 + (length >= 9)]++;
  state->fresh_total++;
}

/* ---- matches ------------------------------------------------------------------------------------------------------------------------- */

struct match {
  u32 length;
  u32 distance;
};

static inline u32 hash4(const u8 *at) { return (read4(at) * 0x9e3779b1U) >> (32 - HASH_BITS); }

static inline u32 hash3(const u8 *at) { return ((read4(at) << 8) * 0x9e3779b1U) >> (32 - SHORT_HASH_BITS); }

static inline u32 equal_bytes(const u8 *a, const u8 *b, u32 from, u32 most) {
  u32 length = from;
  while (length + 8 <= most) {
    u64 difference = read8(a + length) ^ read8(b + length);
    if (difference != 0) return length + ((u32)__builtin_ctzl(difference) >> 3);
    length += 8;
  }
  while (length < most && a[length] == b[length]) length++;
  return length;
}

/* Tells the chains of a place, and gives the first of its chain. */
static inline u32 insert(struct state *state, const u8 *at) {
  u32 place = (u32)(at - state->base);
  u32 *head = &state->head[hash4(at)];
  u32 first = *head;
  state->before[place % WINDOW] = first;
  *head = place;
  state->short_head[hash3(at)] = place;
  return first;
}

static inline void insert_until(struct state *state, const u8 *at) {
  const u8 *last = state->end - 8 < at ? state->end - 8 : at;
  if (last - state->inserted > LONG_ENOUGH) state->inserted = last - LONG_ENOUGH;
  for (; state->inserted < last; state->inserted++) insert(state, state->inserted);
  state->inserted = at;
}

/* The longest match at a place that is longer than another, and tells the chains of the place. */
static inline struct match find(struct state *state, const u8 *at, u32 longer_than, u32 depth) {
  struct match best = {longer_than, 0};
  u32 place = (u32)(at - state->base);
  u32 near = state->short_head[hash3(at)];
  u32 candidate = insert(state, at);
  state->inserted = at + 1;
  u32 most = state->end - at < LONGEST ? (u32)(state->end - at) : LONGEST;
  u32 wanted = read4(at);
  if (longer_than < SHORTEST && near != 0 && place - near <= SHORT_REACH && ((read4(state->base + near) ^ wanted) << 8) == 0) {
    best.length = SHORTEST;
    best.distance = place - near;
  }
  if (most <= longer_than) return best;
  u32 tail = best.length < 4 ? 0 : best.length - 3;
  u32 wanted_tail = read4(at + tail);
  for (; candidate != 0 && place - candidate <= WINDOW && depth > 0; depth--) {
    const u8 *other = state->base + candidate;
    u32 next = state->before[candidate % WINDOW];
    if (read4(other + tail) == wanted_tail && read4(other) == wanted) {
      u32 length = equal_bytes(other, at, 4, most);
      if (length > best.length) {
        best.length = length;
        tail = length - 3;
        wanted_tail = read4(at + tail);
        best.distance = place - candidate;
        if (length >= state->nice || length == most) break;
      }
    }
    if (next >= candidate) break;
    candidate = next;
  }
  return best;
}

/* How many bits, about, a distance takes. */
static inline u32 distance_bits(u32 distance) { return 31 - (u32)__builtin_clz(distance); }

static inline u32 is_better(struct match next, struct match now) {
  return next.distance != 0 && 4 * next.length + distance_bits(now.distance) > 4 * now.length + distance_bits(next.distance) + 2;
}

/* Goes at least as far as told; returns how far. */
static const u8 *match_all(struct state *state, const u8 *at, const u8 *end) {
  const u8 *searched = state->end - end < 16 ? state->end - 16 : end;
  const u8 *misses = at;
  while (at < searched) {
    may_end_block(state, at);
    insert_until(state, at);
    struct match now = find(state, at, SHORTEST - 1, state->depth);
    if (now.distance == 0) {
      u64 step = 1 + ((u64)(at - misses) >> 9);
      if (step > 4) step = 4;
      for (; step > 0 && at < searched; step--) add_literal(state, *at++);
      if (state->inserted < at) state->inserted = at;
      continue;
    }
    while (now.length < state->lazy && at + 1 < searched) {
      struct match next = find(state, at + 1, now.length - 1, state->depth >> 1);
      if (!is_better(next, now)) break;
      add_literal(state, *at++);
      now = next;
    }
    add_match(state, now.length, now.distance);
    at += now.length;
    misses = at;
  }
  if (end == state->end) {
    for (; at < end; at++) add_literal(state, *at);
  }
  return at;
}

/* ---- noise --------------------------------------------------------------------------------------------------------------------------- */

static inline u32 hash8(u64 word) { return (u32)((word * 0x9e3779b97f4a7c15UL) >> (64 - WORD_BITS)); }

/* Whether the values of bytes are about as frequent as each other, and nothing occurs twice. */
static u32 is_noise(struct state *state, const u8 *from, u32 count) {
  u32 counts[4][256] = {{0}};
  u32 looked = 0;
  /* A quarter of it, spread evenly. */
  for (u32 at = 0; at + 256 <= count; at += 1024, looked += 256) {
    for (u32 i = 0; i < 256; i += 4) {
      u32 four = read4(from + at + i);
      counts[0][four & 255]++;
      counts[1][four >> 8 & 255]++;
      counts[2][four >> 16 & 255]++;
      counts[3][four >> 24]++;
    }
  }
  u64 squares = 0;
  for (u32 i = 0; i < 256; i++) {
    u64 sum = counts[0][i] + counts[1][i] + counts[2][i] + counts[3][i];
    squares += sum * sum;
  }
  /* Of noise it is 1 + 255 / looked. */
  if (looked < 4096 || 256 * squares * 1000 > (u64)looked * looked * 1036) return 0;
  u64 *words = state->words;
  __builtin_memset(words, 0, sizeof state->words);
  u32 twice = 0;
  for (u32 at = 0; at + 40 <= count; at += 32) {
    for (u32 i = 0; at % 256 == 224 && i < 32; i++) {
      u64 word = read8(from + at + i);
      twice += words[hash8(word)] == word;
    }
    u64 word = read8(from + at);
    words[hash8(word)] = word;
  }
  return twice < 2;
}

/* ---- the way in ---------------------------------------------------------------------------------------------------------------------- */

static const struct {
  u16 depth;
  u16 nice;
  u16 lazy;
} LEVELS[10] = {{0, 0, 0},    {2, 16, 0},   {4, 24, 0},    {4, 32, 8},     {6, 48, 16},
                {8, 48, 24},  {12, 64, 32}, {24, 96, 48},  {64, 160, 128}, {512, 258, 258}};

u64 deflate_room(void) { return sizeof(struct state); }

u64 deflate_piece(void *room, const u8 *from, u64 before, u64 count, u8 *to, u32 level, u32 last) {
  struct state *state = room;
  if (state->length_slot[LONGEST] == 0) make_slots(state);
  __builtin_memset(state->head, 0, sizeof state->head);
  __builtin_memset(state->short_head, 0, sizeof state->short_head);
  if (before > WINDOW) before = WINDOW;
  state->base = from - before - 1;
  state->end = from + count;
  state->inserted = from - before;
  state->depth = LEVELS[level].depth;
  state->nice = LEVELS[level].nice;
  state->lazy = LEVELS[level].lazy;
  state->out = (struct bits){0, 0, to};
  for (; state->inserted < from && state->end - state->inserted >= 8; state->inserted++) insert(state, state->inserted);
  begin_block(state, from);
  for (const u8 *at = from; at < state->end;) {
    const u8 *end = state->end - at < SEGMENT ? state->end : at + SEGMENT;
    const u8 *noise = at;
    while (at < state->end && (level == 0 || is_noise(state, at, (u32)(end - at)))) {
      at = end;
      end = state->end - at < SEGMENT ? state->end : at + SEGMENT;
    }
    if (noise < at) {
      end_block(state, noise);
      write_stored(&state->out, noise, (u64)(at - noise), 0);
      begin_block(state, at);
      state->inserted = at;
    } else {
      at = match_all(state, at, end);
    }
  }
  end_block(state, state->end);
  write_stored(&state->out, state->end, 0, last);
  return (u64)(state->out.at - to);
}
