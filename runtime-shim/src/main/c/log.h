/* The log of a container: lines with time and stream, in files that take turns. */
#ifndef JBUILD_LOG_H
#define JBUILD_LOG_H

#include <stdbool.h>
#include <stddef.h>

struct log;

/* Opens the file `log` of the current folder; files of max bytes, of which count are kept. */
struct log *log_open(long max, long count);
/* Stream 0 is stdout, 1 stderr. A line is written when it is whole, or longer than 16 KiB. */
void log_write(struct log *log, int stream, const char *bytes, size_t size);
/* The last line may have no end. */
void log_end_lines(struct log *log);
void log_flush(struct log *log);
/* How many lines could not be written: the disk is full. */
unsigned long log_lost(const struct log *log);

#endif
