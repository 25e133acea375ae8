#include "keys.h"

#include <string.h>

void keys_read(struct keys *keys, const char *text)
{
	*keys = (struct keys){0};
	if (!text)
		text = "ctrl-p,ctrl-q";
	while (*text && keys->count < KEYS_MAX) {
		size_t size = strcspn(text, ",");
		char key = text[0];

		if (size == 6 && strncmp(text, "ctrl-", 5) == 0)
			key = (char)(text[5] & 0x1f);
		else if (size == 3 && strncmp(text, "DEL", 3) == 0)
			key = 127;
		keys->all[keys->count++] = key;
		text += size + (text[size] == ',');
	}
}

size_t keys_take(struct keys *keys, char *bytes, size_t size)
{
	size_t kept = 0;
	char out[TYPED_AT_ONCE + KEYS_MAX];

	for (size_t i = 0; i < size && !keys->pressed; i++) {
		if (keys->count > 0 && bytes[i] == keys->all[keys->at]) {
			keys->pressed = ++keys->at == keys->count;
			continue;
		}
		memcpy(out + kept, keys->all, keys->at);
		kept += keys->at;
		keys->at = keys->count > 0 && bytes[i] == keys->all[0];
		if (keys->at == 0)
			out[kept++] = bytes[i];
	}
	memcpy(bytes, out, kept);
	return kept;
}
