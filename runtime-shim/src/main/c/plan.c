#include "shim.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct record {
	uint32_t tag;
	uint32_t size;
	char *value;
};

static uint32_t read_u32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

static uint64_t read_u64(const char *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof value);
	return value;
}

/* Reads the record at *at and moves on; false when it is cut off. */
static bool next(char *bytes, size_t size, size_t *at, struct record *out)
{
	if (size - *at < 9)
		return false;
	out->tag = read_u32(bytes + *at);
	out->size = read_u32(bytes + *at + 4);
	if (size - *at - 9 < out->size)
		return false;
	out->value = bytes + *at + 8;
	*at += 9 + (size_t)out->size;
	return out->value[out->size] == '\0';
}

static bool parse_ids(struct plan *plan, const struct record *record)
{
	if (record->size < 8 || record->size % 4 != 0)
		return false;
	plan->uid = read_u32(record->value);
	plan->gid = read_u32(record->value + 4);
	plan->group_count = record->size / 4 - 2;
	plan->groups = calloc(plan->group_count + 1, sizeof *plan->groups);
	if (!plan->groups)
		return false;
	memcpy(plan->groups, record->value + 8, plan->group_count * sizeof *plan->groups);
	return true;
}

static bool parse_rlimit(struct plan *plan, const struct record *record)
{
	struct rlimit_op *op = &plan->rlimits[plan->rlimit_count++];

	if (record->size != 20)
		return false;
	op->resource = read_u32(record->value);
	op->soft = read_u64(record->value + 4);
	op->hard = read_u64(record->value + 12);
	return true;
}

/* u32 kind, attrs and flags, then three texts with NUL between them. */
static bool parse_mount(struct plan *plan, const struct record *record)
{
	struct mount_op *op = &plan->mounts[plan->mount_count++];
	const char *end = record->value + record->size;

	if (record->size < 14)
		return false;
	op->kind = (enum mount_kind)read_u32(record->value);
	op->attrs = read_u32(record->value + 4);
	op->flags = read_u32(record->value + 8);
	op->source = record->value + 12;
	op->target = op->source + strlen(op->source) + 1;
	if (op->target >= end)
		return false;
	op->options = op->target + strlen(op->target) + 1;
	op->tree = -1;
	op->folder = true;
	op->resolved = plan->resolved + (plan->mount_count - 1) * PATH_MAX;
	return op->options <= end && op->target[0] == '/' &&
	       strlen(op->target) < PATH_MAX;
}

static bool add_word(struct words *words, char *text)
{
	words->at[words->count++] = text;
	return true;
}

static bool apply(struct plan *plan, const struct record *record)
{
	switch ((enum plan_tag)record->tag) {
	case TAG_LOWER:
		plan->lowers[plan->lower_count++] = record->value;
		return true;
	case TAG_UPPER:
		plan->upper = record->value;
		return true;
	case TAG_WORK:
		plan->work = record->value;
		return true;
	case TAG_STUBS:
		plan->stubs = record->value;
		return true;
	case TAG_FLAGS:
		plan->flags = record->size == 4 ? read_u32(record->value) : 0;
		return record->size == 4;
	case TAG_ARG:
		plan->argv[plan->argc++] = record->value;
		return true;
	case TAG_ENV:
		plan->env[plan->env_count++] = record->value;
		return true;
	case TAG_CWD:
		plan->cwd = record->value;
		return true;
	case TAG_IDS:
		return !plan->groups && parse_ids(plan, record);
	case TAG_HOSTNAME:
		plan->hostname = record->value;
		return true;
	case TAG_NETNS:
		plan->netns = record->value;
		return true;
	case TAG_CAPS:
		plan->caps = record->size == 8 ? read_u64(record->value) : 0;
		return record->size == 8;
	case TAG_SECCOMP:
		plan->seccomp = record->value;
		plan->seccomp_size = record->size;
		if (record->size == 0)
			plan->seccomp = creds_own_filter(&plan->seccomp_size);
		return plan->seccomp_size > 0 && plan->seccomp_size % 8 == 0;
	case TAG_RLIMIT:
		return parse_rlimit(plan, record);
	case TAG_MOUNT:
		return parse_mount(plan, record);
	case TAG_OPTION:
		return add_word(&plan->options, record->value);
	case TAG_HEALTH:
		return add_word(&plan->health, record->value);
	case TAG_HELPER:
		return add_word(&plan->helper, record->value);
	case TAG_TEARDOWN:
		return add_word(&plan->teardown, record->value);
	case TAG_CGROUP:
		return add_word(&plan->cgroups, record->value);
	case TAG_JOIN:
		return add_word(&plan->joins, record->value);
	}
	return false;
}

/* Room for some options that are set later, too. */
enum { MORE_OPTIONS = 64 };

static bool make_words(struct words *words, size_t count)
{
	words->at = calloc(count + 1, sizeof *words->at);
	return words->at;
}

static bool make_room(struct plan *plan, const size_t count[256])
{
	plan->lowers = calloc(count[TAG_LOWER] + 1, sizeof *plan->lowers);
	plan->argv = calloc(count[TAG_ARG] + 1, sizeof *plan->argv);
	plan->env = calloc(count[TAG_ENV] + 1, sizeof *plan->env);
	plan->rlimits = calloc(count[TAG_RLIMIT] + 1, sizeof *plan->rlimits);
	plan->mounts = calloc(count[TAG_MOUNT] + 1, sizeof *plan->mounts);
	/* In one piece, of which only what is used takes memory. */
	plan->resolved = malloc((count[TAG_MOUNT] + 1) * PATH_MAX);
	return plan->lowers && plan->argv && plan->env && plan->rlimits && plan->mounts &&
	       plan->resolved &&
	       make_words(&plan->options, plan->option_room) &&
	       make_words(&plan->health, count[TAG_HEALTH]) &&
	       make_words(&plan->helper, count[TAG_HELPER]) &&
	       make_words(&plan->teardown, count[TAG_TEARDOWN]) &&
	       make_words(&plan->cgroups, count[TAG_CGROUP]) &&
	       make_words(&plan->joins, count[TAG_JOIN]);
}

const char *plan_parse(struct plan *plan, char *bytes, size_t size)
{
	size_t count[256] = {0};
	struct record record;
	size_t at = 0;

	memset(plan, 0, sizeof *plan);
	plan->netns_fd = -1;
	while (at < size) {
		if (!next(bytes, size, &at, &record))
			return "a record is cut off";
		count[record.tag & 255]++;
	}
	plan->option_room = count[TAG_OPTION] + MORE_OPTIONS;
	if (!make_room(plan, count))
		return "not enough memory";
	for (at = 0; at < size;) {
		if (!next(bytes, size, &at, &record) || !apply(plan, &record))
			return "a record is not understood";
	}
	if ((plan->argc == 0 && !(plan->flags & FLAG_ANY_COMMAND)) || !plan->cwd || !plan->groups)
		return "no command, folder or user";
	if (!plan->upper != !plan->work)
		return "an upper folder needs a work folder";
	return NULL;
}

bool plan_read(struct plan *plan, int folder, const char *path)
{
	struct buffer buffer = {0};
	cleanup_fd int file = openat(folder, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	while (file >= 0 && buffer_fill(&buffer, file))
		;
	return file >= 0 && !plan_parse(plan, buffer.bytes, buffer.size);
}

void plan_take(struct plan *plan, const char *path)
{
	struct buffer buffer = {0};
	cleanup_fd int file = open(path, O_RDONLY | O_CLOEXEC);
	const char *wrong;

	if (file < 0)
		die("plan", "open %s", path);
	/* It may hold secrets of the environment. */
	if (unlink(path) < 0)
		die("plan", "unlink %s", path);
	while (buffer_fill(&buffer, file))
		;
	wrong = plan_parse(plan, buffer.bytes, buffer.size);
	if (wrong)
		die_code(EXIT_SHIM, "plan", "%s", wrong);
}

void plan_free(struct plan *plan)
{
	free(plan->resolved);
	free(plan->mounts);
	free(plan->rlimits);
	free(plan->env);
	free(plan->argv);
	free(plan->lowers);
	free(plan->groups);
	free(plan->options.at);
	free(plan->health.at);
	free(plan->helper.at);
	free(plan->teardown.at);
	free(plan->cgroups.at);
	free(plan->joins.at);
	memset(plan, 0, sizeof *plan);
}

static char *value_of(char *text, const char *name)
{
	size_t size = strlen(name);

	return strncmp(text, name, size) == 0 && text[size] == '=' ? text + size + 1 : NULL;
}

const char *plan_option(const struct plan *plan, const char *name)
{
	for (size_t i = plan->options.count; i > 0; i--) {
		const char *value = value_of(plan->options.at[i - 1], name);

		if (value)
			return value;
	}
	return NULL;
}

long plan_number(const struct plan *plan, const char *name, long otherwise)
{
	const char *value = plan_option(plan, name);

	return value ? strtol(value, NULL, 10) : otherwise;
}

void plan_set_option(struct plan *plan, char *text)
{
	struct words *options = &plan->options;
	size_t size = strcspn(text, "=");

	for (size_t i = 0; i < options->count; i++) {
		if (strncmp(options->at[i], text, size + 1) == 0) {
			options->at[i] = text;
			return;
		}
	}
	/* The room is for more names than there are. */
	if (options->count < plan->option_room)
		options->at[options->count++] = text;
}
