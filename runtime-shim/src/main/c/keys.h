/* The keys that take somebody away from a container's terminal. */
#ifndef JBUILD_KEYS_H
#define JBUILD_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum { KEYS_MAX = 32, TYPED_AT_ONCE = 8192 };

struct keys {
	char all[KEYS_MAX];
	size_t count;
	size_t at; /* how many of them have been typed one after another */
	bool pressed;
};

/* E.g. ctrl-p,ctrl-q, which NULL means; a letter stands for itself. */
void keys_read(struct keys *keys, const char *text);
/*
 * Takes the keys out of at most TYPED_AT_ONCE bytes, with room for KEYS_MAX more; returns how many bytes are
 * to be passed on. Those that may be the beginning of the keys wait for what comes next.
 */
size_t keys_take(struct keys *keys, char *bytes, size_t size);

#endif
