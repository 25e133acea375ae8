/* The prefix codes of deflate (RFC 1951, section 3.2). */
#include "huffman.h"

enum { LONGEST = 48 }; /* more than any tree is deep whose counts add up to less than 2^32 */

static const u8 LENGTH_ORDER[LENGTH_SYMBOLS] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};

/* Sorts by the upper 23 bits, which are a count, and then by the lower nine, which are a symbol: a heap sort. */
static void sift(u32 *heap, u32 from, u32 size) {
  u32 value = heap[from];
  for (u32 child = 2 * from + 1; child < size; child = 2 * from + 1) {
    if (child + 1 < size && heap[child + 1] > heap[child]) child++;
    if (heap[child] <= value) break;
    heap[from] = heap[child];
    from = child;
  }
  heap[from] = value;
}

static void sort(u32 *values, u32 size) {
  for (u32 i = size / 2; i-- > 0;) sift(values, i, size);
  for (u32 left = size; left-- > 1;) {
    u32 largest = values[0];
    values[0] = values[left];
    values[left] = largest;
    sift(values, 0, left);
  }
}

/* Counts the leaves at each depth of the best tree for sorted weights, which it destroys (Moffat and Katajainen, In-place calculation of
 * minimum-redundancy codes, 1995). */
static void depths(u32 *weight, u32 size, u32 *leaves) {
  u32 leaf = 0;
  u32 root = 0;
  for (u32 next = 0; next < size - 1; next++) {
    u32 sum = 0;
    for (int i = 0; i < 2; i++) {
      if (leaf >= size || (root < next && weight[root] < weight[leaf])) {
        sum += weight[root];
        weight[root++] = next; /* from now on the place of its parent */
      } else {
        sum += weight[leaf++];
      }
    }
    weight[next] = sum;
  }
  weight[size - 2] = 0; /* from now on depths of inner nodes */
  for (u32 i = size - 2; i-- > 0;) weight[i] = weight[weight[i]] + 1;
  u32 open = 1;
  u32 inner = size - 1;
  for (u32 depth = 0; open > 0; depth++) {
    u32 used = 0;
    for (; inner > 0 && weight[inner - 1] == depth; inner--) used++;
    leaves[depth] = open - used;
    open = 2 * used;
  }
}

/* Makes no leaf deeper than the limit, at little cost. */
static void limit_depths(u32 *leaves, u32 limit) {
  u32 taken = 0; /* of the 2^limit places at the limit */
  for (u32 depth = limit + 1; depth < LONGEST; depth++) {
    leaves[limit] += leaves[depth];
    leaves[depth] = 0;
  }
  for (u32 depth = 1; depth <= limit; depth++) taken += leaves[depth] << (limit - depth);
  for (; taken > 1U << limit; taken--) {
    u32 depth = limit - 1;
    while (leaves[depth] == 0) depth--;
    leaves[depth]--;
    leaves[depth + 1] += 2;
    leaves[limit]--;
  }
}

static u16 reversed(u32 bits, u32 count) {
  u32 result = 0;
  for (u32 i = 0; i < count; i++) result |= ((bits >> i) & 1) << (count - 1 - i);
  return (u16)result;
}

/* Makes a code of at least two symbols: one alone, or none, is not understood by every decoder. Returns one more than the last symbol. */
static u32 make(struct code *code, u32 *counts, u32 symbols, u32 limit) {
  u32 sorted[LITLEN_SYMBOLS];
  u32 weight[LITLEN_SYMBOLS];
  u32 leaves[LONGEST] = {0};
  u32 used = 0;
  u32 end = 0;
  for (u32 i = 0; i < symbols; i++) used += counts[i] != 0;
  for (u32 i = 0; used < 2; i++) {
    used += counts[i] == 0;
    counts[i] += counts[i] == 0;
  }
  used = 0;
  for (u32 i = 0; i < symbols; i++) {
    code->length[i] = 0;
    if (counts[i] == 0) continue;
    sorted[used++] = counts[i] << 9 | i;
    end = i + 1;
  }
  sort(sorted, used);
  for (u32 i = 0; i < used; i++) weight[i] = sorted[i] >> 9;
  depths(weight, used, leaves);
  limit_depths(leaves, limit);
  u32 first[LONGEST] = {0};
  u32 rank = 0;
  for (u32 depth = limit; depth > 0; depth--) {
    for (u32 i = 0; i < leaves[depth]; i++) code->length[sorted[rank++] & 511] = (u8)depth;
  }
  for (u32 depth = 1; depth <= limit; depth++) first[depth] = (first[depth - 1] + leaves[depth - 1]) << 1;
  for (u32 i = 0; i < end; i++) code->bits[i] = reversed(first[code->length[i]]++, code->length[i]);
  return end;
}

/* One symbol of the code of lengths for each length, or for a run of the same. */
static void pack(struct codes *codes, const u8 *lengths, u32 count, u32 *symbol_counts) {
  u32 packed = 0;
  for (u32 from = 0; from < count;) {
    u8 length = lengths[from];
    u32 run = 1;
    while (from + run < count && lengths[from + run] == length && run < (length == 0 ? 138 : 7)) run++;
    u32 symbol = length;
    u32 extra = 0;
    if (length == 0 && run >= 3) {
      symbol = run <= 10 ? 17 : 18;
      extra = run - (run <= 10 ? 3 : 11);
    } else if (length != 0 && run >= 4) { /* itself, and then its repetitions */
      codes->packed[packed++] = length;
      symbol_counts[length]++;
      symbol = 16;
      extra = run - 4;
    } else {
      run = 1;
    }
    codes->packed[packed++] = (u16)(symbol | extra << 5);
    symbol_counts[symbol]++;
    from += run;
  }
  codes->packed_count = packed;
}

static u32 extra_bits(u32 length_symbol) {
  return length_symbol < 16 ? 0 : length_symbol == 16 ? 2 : length_symbol == 17 ? 3 : 7;
}

u64 codes_make(struct codes *codes) {
  u8 lengths[LITLEN_SYMBOLS + DISTANCE_SYMBOLS];
  u32 counts[LENGTH_SYMBOLS] = {0};
  codes->litlen_used = make(&codes->litlen, codes->litlen_count, 286, LITLEN_LIMIT);
  codes->distance_used = make(&codes->distance, codes->distance_count, 30, DISTANCE_LIMIT);
  u32 count = 0;
  for (u32 i = 0; i < codes->litlen_used; i++) lengths[count++] = codes->litlen.length[i];
  for (u32 i = 0; i < codes->distance_used; i++) lengths[count++] = codes->distance.length[i];
  pack(codes, lengths, count, counts);
  make(&codes->length, counts, LENGTH_SYMBOLS, LENGTH_LIMIT);
  codes->length_used = LENGTH_SYMBOLS;
  while (codes->length_used > 4 && codes->length.length[LENGTH_ORDER[codes->length_used - 1]] == 0) codes->length_used--;
  u64 size = 3 + 14 + 3 * codes->length_used;
  for (u32 i = 0; i < codes->packed_count; i++) {
    u32 symbol = codes->packed[i] & 31;
    size += codes->length.length[symbol] + extra_bits(symbol);
  }
  for (u32 i = 0; i < codes->litlen_used; i++) size += (u64)codes->litlen_count[i] * codes->litlen.length[i];
  for (u32 i = 0; i < codes->distance_used; i++) size += (u64)codes->distance_count[i] * codes->distance.length[i];
  return size;
}

void codes_write(const struct codes *codes, struct bits *out) {
  bits_add(out, codes->litlen_used - 257, 5);
  bits_add(out, codes->distance_used - 1, 5);
  bits_add(out, codes->length_used - 4, 4);
  bits_flush(out);
  for (u32 i = 0; i < codes->length_used; i++) {
    bits_add(out, codes->length.length[LENGTH_ORDER[i]], 3);
    bits_flush(out);
  }
  for (u32 i = 0; i < codes->packed_count; i++) {
    u32 symbol = codes->packed[i] & 31;
    bits_add(out, codes->length.bits[symbol], codes->length.length[symbol]);
    bits_add(out, codes->packed[i] >> 5, extra_bits(symbol));
    bits_flush(out);
  }
}
