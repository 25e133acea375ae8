/*
 * A line of the log is TIME STREAM TAG TEXT, as Kubernetes' runtimes write it: tag F for a whole
 * line, P for a part of one. Whoever reads follows from `log` to `log.1` and on by inode.
 */
#include "log.h"
#include "shim.h"
#include "state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 16384, OUT_SIZE = 131072, PREFIX_SIZE = 48 };

struct log {
	int file;
	long long size;
	long max;
	long count;
	size_t partial_size[2];
	char partial[2][LINE_MAX_SIZE];
	size_t out_size;
	char out[OUT_SIZE];
	unsigned long lost;
};

static const char *const STREAMS[] = {"stdout", "stderr"};

static void open_file(struct log *log)
{
	struct stat stat;

	log->file = open("log", O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	log->size = log->file >= 0 && fstat(log->file, &stat) == 0 ? stat.st_size : 0;
}

struct log *log_open(long max, long count)
{
	struct log *log = calloc(1, sizeof *log);

	if (!log)
		die("memory", "log");
	log->max = max;
	log->count = count;
	open_file(log);
	return log;
}

unsigned long log_lost(const struct log *log)
{
	return log->lost;
}

/* On a full disk lines are lost, whole ones: that must not stop the program. */
static void write_lines(struct log *log)
{
	size_t done = 0;

	while (log->file >= 0 && done < log->out_size) {
		ssize_t size = write(log->file, log->out + done, log->out_size - done);

		if (size <= 0 && errno != EINTR)
			break;
		done += size > 0 ? (size_t)size : 0;
	}
	if (done < log->out_size) {
		while (done > 0 && log->out[done - 1] != '\n')
			done--;
		if (log->file >= 0)
			(void)ftruncate(log->file, log->size + (long long)done);
		for (size_t i = done; i < log->out_size; i++)
			log->lost += log->out[i] == '\n';
	}
	log->size += (long long)done;
}

static void rotate(struct log *log)
{
	char from[32] = "log";
	char to[32];

	close_fdp(&log->file);
	if (log->count <= 1) {
		(void)unlink("log");
	} else {
		for (long i = log->count - 1; i > 0; i--) {
			if (i > 1)
				(void)snprintf(from, sizeof from, "log.%ld", i - 1);
			else
				(void)snprintf(from, sizeof from, "log");
			(void)snprintf(to, sizeof to, "log.%ld", i);
			(void)rename(from, to);
		}
	}
	open_file(log);
}

void log_flush(struct log *log)
{
	if (log->out_size == 0)
		return;
	if (log->file < 0)
		open_file(log);
	write_lines(log);
	log->out_size = 0;
	if (log->max > 0 && log->size >= log->max)
		rotate(log);
}

static void put(struct log *log, const char *bytes, size_t size)
{
	memcpy(log->out + log->out_size, bytes, size);
	log->out_size += size;
}

static void put_line(struct log *log, int stream, const char *time, char tag)
{
	char prefix[PREFIX_SIZE + TIME_SIZE];
	int size = snprintf(prefix, sizeof prefix, "%s %s %c ", time, STREAMS[stream], tag);

	if (log->out_size + (size_t)size + LINE_MAX_SIZE + 1 > OUT_SIZE ||
	    (log->max > 0 && log->size + (long long)log->out_size >= log->max))
		log_flush(log);
	put(log, prefix, (size_t)size);
	put(log, log->partial[stream], log->partial_size[stream]);
	put(log, "\n", 1);
	log->partial_size[stream] = 0;
}

void log_write(struct log *log, int stream, const char *bytes, size_t size)
{
	char time[TIME_SIZE];

	time_text(time);
	while (size > 0) {
		size_t room = LINE_MAX_SIZE - log->partial_size[stream];
		size_t most = size < room ? size : room;
		const char *end = memchr(bytes, '\n', most);
		size_t taken = end ? (size_t)(end - bytes) : most;

		memcpy(log->partial[stream] + log->partial_size[stream], bytes, taken);
		log->partial_size[stream] += taken;
		if (end)
			taken++;
		bytes += taken;
		size -= taken;
		if (end || log->partial_size[stream] == LINE_MAX_SIZE)
			put_line(log, stream, time, end ? 'F' : 'P');
	}
}

void log_end_lines(struct log *log)
{
	char time[TIME_SIZE];

	time_text(time);
	for (int stream = 0; stream < 2; stream++) {
		if (log->partial_size[stream] > 0)
			put_line(log, stream, time, 'P');
	}
	log_flush(log);
}
