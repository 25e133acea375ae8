/* Deflate (RFC 1951) for pieces of a stream. */
#pragma once

/* The size of what a thread needs to work in: zeros at first, and kept from call to call. */
unsigned long deflate_room(void);

/*
 * Compresses bytes into blocks that begin and end with whole bytes. What comes out is decided by bytes and level alone.
 *   before: how many bytes before them the reader has by then
 *   to: has room for 1 KiB more than the bytes
 *   level: 0 to 9
 *   last: 1 ends the stream
 * Returns the number of bytes written.
 */
unsigned long deflate_piece(void *room, const unsigned char *from, unsigned long before, unsigned long count, unsigned char *to,
                            unsigned level, unsigned last);
