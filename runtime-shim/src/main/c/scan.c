/*
 * `shim scan DIR [PRUNED…]`: everything below a folder, sorted by the bytes of its path, for the
 * build context. No symbolic link is followed. A pruned path, relative to the folder, is listed
 * but not entered.
 *
 * A record is u32 size of what follows and the struct below, the path and the link's target; a size
 * of 0 ends the list, so that a cut one is noticed.
 *
 * `shim scan --same LIST DIR` compares a folder with such a list instead, and exits with 1 at the
 * first difference. Of folders only the mode counts, whose times change with what is ignored in them.
 * A record of nothing but a path, its struct all zero, stands for what is not looked at; with a slash
 * at its end, for a folder that is not entered.
 */
#include "shim.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct record {
	uint32_t mode;
	uint32_t uid;
	uint32_t gid;
	uint32_t path_size;
	uint64_t size;
	int64_t mtime;
	int64_t ctime;
	uint32_t mtime_nanos;
	uint32_t ctime_nanos;
	uint64_t ino;
	uint64_t dev;
	uint64_t links;
	uint64_t rdev;
};

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t size;
	uint8_t type;
	char name[];
};

/* A name, or, for a folder, its place among its siblings' paths: "a/" comes after "a.b". */
struct item {
	const char *name;
	size_t size;
	bool inside;
};

struct listing {
	struct buffer names;
	struct item *items;
	size_t count;
};

static char output[1 << 17];
static size_t output_size;
static char **pruned;
static size_t pruned_count;
/* With --same: what is left of the list. */
static const char *list_at;
static const char *list_end;
static bool comparing;

__attribute__((noreturn)) static void differs(void)
{
	_exit(1);
}

static void put(const void *bytes, size_t size)
{
	if (comparing) {
		if ((size_t)(list_end - list_at) < size || memcmp(list_at, bytes, size) != 0)
			differs();
		list_at += size;
		return;
	}
	if (output_size + size > sizeof output) {
		if (!write_all(STDOUT_FILENO, output, output_size))
			die("scan", "write");
		output_size = 0;
	}
	memcpy(output + output_size, bytes, size);
	output_size += size;
}

static int compare(const void *left, const void *right)
{
	const struct item *a = left;
	const struct item *b = right;
	size_t a_size = a->size + (a->inside ? 1 : 0);
	size_t b_size = b->size + (b->inside ? 1 : 0);
	size_t both = a->size < b->size ? a->size : b->size;
	int order = memcmp(a->name, b->name, both);

	if (order != 0)
		return order;
	if (a_size > both && b_size > both) {
		unsigned char next_a = (unsigned char)(a->size > both ? a->name[both] : '/');
		unsigned char next_b = (unsigned char)(b->size > both ? b->name[both] : '/');

		return next_a - next_b;
	}
	return a_size < b_size ? -1 : a_size > b_size;
}

/* Names of a folder, NUL-terminated, with a byte of type before each. */
static void read_names(int fd, const char *path, struct listing *list)
{
	static _Alignas(struct linux_dirent64) char block[1 << 16];
	struct buffer *names = &list->names;

	for (;;) {
		long size = syscall(SYS_getdents64, fd, block, sizeof block);

		if (size < 0)
			die("scan", "read %s", path);
		if (size == 0)
			return;
		for (long at = 0; at < size;) {
			const struct linux_dirent64 *entry = (const void *)(block + at);
			size_t length = strlen(entry->name) + 1;

			at += entry->size;
			if (strcmp(entry->name, ".") == 0 || strcmp(entry->name, "..") == 0)
				continue;
			if (names->size + length + 1 > names->room) {
				names->room = names->room * 2 + 4096;
				names->bytes = realloc(names->bytes, names->room);
				if (!names->bytes)
					die("scan", "memory");
			}
			names->bytes[names->size] = (char)entry->type;
			memcpy(names->bytes + names->size + 1, entry->name, length);
			names->size += length + 1;
			list->count++;
		}
	}
}

static void sort_names(struct listing *list)
{
	const char *at = list->names.bytes;
	size_t count = list->count;

	list->items = calloc(2 * count + 1, sizeof *list->items);
	if (!list->items)
		die("scan", "memory");
	list->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct item item = {.name = at + 1, .size = strlen(at + 1)};

		list->items[list->count++] = item;
		/* 4 is DT_DIR; 0, unknown, may be one too. */
		if (at[0] == 4 || at[0] == 0) {
			item.inside = true;
			list->items[list->count++] = item;
		}
		at += item.size + 2;
	}
	qsort(list->items, list->count, sizeof *list->items, compare);
}

static void put_entry(int dir, const char *name, const char *path, size_t path_size)
{
	char target[PATH_MAX];
	ssize_t target_size = 0;
	struct stat stat;
	struct record record;
	uint32_t size;

	if (fstatat(dir, name, &stat, AT_SYMLINK_NOFOLLOW) < 0) {
		if (errno == ENOENT)
			return; /* removed meanwhile */
		die("scan", "stat %s", path);
	}
	if (S_ISLNK(stat.st_mode)) {
		target_size = readlinkat(dir, name, target, sizeof target);
		if (target_size < 0)
			die("scan", "readlink %s", path);
	}
	record = (struct record){
		.mode = stat.st_mode,
		.uid = stat.st_uid,
		.gid = stat.st_gid,
		.path_size = (uint32_t)path_size,
		.size = (uint64_t)stat.st_size,
		.mtime = stat.st_mtim.tv_sec,
		.ctime = stat.st_ctim.tv_sec,
		.mtime_nanos = (uint32_t)stat.st_mtim.tv_nsec,
		.ctime_nanos = (uint32_t)stat.st_ctim.tv_nsec,
		.ino = stat.st_ino,
		.dev = stat.st_dev,
		.links = stat.st_nlink,
		.rdev = stat.st_rdev,
	};
	if (comparing && S_ISDIR(stat.st_mode))
		record = (struct record){.mode = stat.st_mode, .path_size = (uint32_t)path_size};
	size = (uint32_t)(sizeof record + path_size + (size_t)target_size);
	put(&size, sizeof size);
	put(&record, sizeof record);
	put(path, path_size);
	put(target, (size_t)target_size);
}

/* Steps over a record that stands for a path which is not looked at. */
static bool is_skipped(const char *path, size_t path_size)
{
	static const struct record nothing;
	struct record record;
	uint32_t size;

	if (!comparing || (size_t)(list_end - list_at) < sizeof size + sizeof record + path_size)
		return false;
	memcpy(&size, list_at, sizeof size);
	memcpy(&record, list_at + sizeof size, sizeof record);
	if (size != sizeof record + path_size || record.path_size != path_size)
		return false;
	record.path_size = 0;
	if (memcmp(&record, &nothing, sizeof record) != 0 ||
	    memcmp(list_at + sizeof size + sizeof record, path, path_size) != 0)
		return false;
	list_at += sizeof size + size;
	return true;
}

static bool is_pruned(char *path, size_t path_size)
{
	if (comparing) {
		bool skipped;

		path[path_size] = '/';
		skipped = is_skipped(path, path_size + 1);
		path[path_size] = 0;
		return skipped;
	}
	for (size_t i = 0; i < pruned_count; i++) {
		if (strcmp(pruned[i], path) == 0)
			return true;
	}
	return false;
}

/* Takes over the fd. `path` is a buffer that holds the folder's own path. */
static void scan_folder(int fd, char *path, size_t path_size)
{
	struct listing list = {0};

	read_names(fd, path_size ? path : ".", &list);
	sort_names(&list);
	for (size_t i = 0; i < list.count; i++) {
		const struct item *item = &list.items[i];
		size_t at = path_size;

		if (path_size + item->size + 2 > PATH_MAX) {
			errno = ENAMETOOLONG;
			die("scan", "%.*s/%s", (int)path_size, path, item->name);
		}
		if (path_size)
			path[at++] = '/';
		memcpy(path + at, item->name, item->size + 1);
		at += item->size;
		if (!item->inside) {
			if (!is_skipped(path, at))
				put_entry(fd, item->name, path, at);
		} else if (!is_pruned(path, at)) {
			int below = openat(fd, item->name,
					   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

			if (below >= 0)
				scan_folder(below, path, at);
			else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
				die("scan", "open %s", path);
		}
	}
	free(list.items);
	free(list.names.bytes);
	(void)close(fd);
}

static void read_list(const char *path)
{
	struct stat stat;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &stat) < 0 || stat.st_size <= 0)
		die("scan", "list %s", path);
	list_at = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (list_at == MAP_FAILED)
		die("scan", "map %s", path);
	list_end = list_at + stat.st_size;
	comparing = true;
	(void)close(fd);
}

int role_scan(int argc, char **argv)
{
	static char path[PATH_MAX];
	const uint32_t end = 0;
	int fd;

	if (argc == 5 && strcmp(argv[2], "--same") == 0) {
		read_list(argv[3]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 3)
		die_code(EXIT_SHIM, "usage", "shim scan [--same LIST] DIR [PRUNED…]");
	fd = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		die("scan", "open %s", argv[2]);
	pruned = argv + 3;
	pruned_count = (size_t)(argc - 3);
	scan_folder(fd, path, 0);
	put(&end, sizeof end);
	if (comparing)
		return list_at == list_end ? 0 : 1;
	return write_all(STDOUT_FILENO, output, output_size) ? 0 : EXIT_SHIM;
}
