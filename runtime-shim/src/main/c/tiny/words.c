/* Applets that print, wait and ask. */
#include "tiny.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Writes one escape; returns how many characters it had after the backslash. */
static size_t put_escape(const char *at)
{
	static const char LETTERS[] = "abefnrtv\\";
	static const char BYTES[] = "\a\b\033\f\n\r\t\v\\";
	const char *found = *at ? strchr(LETTERS, *at) : NULL;
	size_t digits = 0;
	int value = 0;

	if (found) {
		(void)putchar(BYTES[found - LETTERS]);
		return 1;
	}
	while (digits < 4 && at[digits] >= '0' && at[digits] <= '7')
		value = value * 8 + (at[digits++] - '0');
	(void)putchar(digits ? value & 255 : '\\');
	return digits;
}

bool put_escaped(const char *text)
{
	while (*text) {
		if (*text != '\\') {
			(void)putchar(*text++);
			continue;
		}
		text++;
		if (*text == 'c')
			return false;
		text += put_escape(text);
	}
	return true;
}

int echo_main(int argc, char **argv)
{
	bool newline = true;
	bool escapes = false;
	int at = 1;

	for (; at < argc && argv[at][0] == '-' && argv[at][1]; at++) {
		if (strspn(argv[at] + 1, "neE") != strlen(argv[at] + 1))
			break;
		newline = newline && !strchr(argv[at], 'n');
		escapes = escapes || strchr(argv[at], 'e');
	}
	for (int i = at; i < argc; i++) {
		if (i > at)
			(void)putchar(' ');
		if (!escapes)
			(void)fputs(argv[i], stdout);
		else if (!put_escaped(argv[i]))
			return 0;
	}
	if (newline)
		(void)putchar('\n');
	return 0;
}

/* One %… of printf; returns the character after it. */
static const char *put_directive(const char *at, const char *word)
{
	char format[32];
	size_t size = 1 + strspn(at + 1, "-+ #0123456789.");
	char kind = at[size];

	if (size > sizeof format - 4 || !kind)
		return at + size;
	memcpy(format, at, size);
	memcpy(format + size, "lx", 3);
	format[size + 1] = kind;
	if (kind == '%') {
		(void)putchar('%');
	} else if (kind == 'b') {
		(void)put_escaped(word);
	} else if (kind == 'c') {
		(void)putchar(*word);
	} else if (strchr("diouxX", kind)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)printf(format, strtol(word, NULL, 0));
	} else {
		memcpy(format + size, "s", 2);
		(void)printf(format, word);
#pragma GCC diagnostic pop
	}
	return at + size + 1;
}

int printf_main(int argc, char **argv)
{
	int next = 2;

	if (argc < 2) {
		(void)fputs("usage: printf FORMAT [WORD]…\n", stderr);
		return 1;
	}
	do {
		int before = next;

		for (const char *at = argv[1]; *at;) {
			if (*at == '\\' && at[1]) {
				at += 1 + put_escape(at + 1);
			} else if (*at == '%' && at[1]) {
				bool takes = at[1] != '%';

				at = put_directive(at, takes && next < argc ? argv[next] : "");
				next += takes;
			} else {
				(void)putchar(*at++);
			}
		}
		if (next == before)
			break;
	} while (next < argc);
	return 0;
}

static const char *name_of(bool group, unsigned int id)
{
	const struct passwd *user = group ? NULL : getpwuid(id);
	const struct group *members = group ? getgrgid(id) : NULL;

	return user ? user->pw_name : members ? members->gr_name : NULL;
}

static void put_id(const char *label, bool group, unsigned int id)
{
	const char *name = name_of(group, id);

	(void)printf("%s%u", label, id);
	if (name)
		(void)printf("(%s)", name);
}

int id_main(int argc, char **argv)
{
	bool set[3] = {false};
	gid_t groups[256];
	int count = getgroups(256, groups);
	unsigned int id;

	if (!take_options(&argc, &argv, "ugn", set))
		return 1;
	if (set[0] || set[1]) {
		const char *name;

		id = set[0] ? geteuid() : getegid();
		name = set[2] ? name_of(set[1], id) : NULL;
		if (name)
			(void)puts(name);
		else
			(void)printf("%u\n", id);
		return 0;
	}
	put_id("uid=", false, geteuid());
	put_id(" gid=", true, getegid());
	for (int i = 0; i < count; i++)
		put_id(i ? "," : " groups=", true, groups[i]);
	(void)putchar('\n');
	return 0;
}

int env_main(int argc, char **argv)
{
	int at = 1;

	for (; at < argc && strchr(argv[at], '='); at++)
		(void)putenv(argv[at]);
	if (at < argc) {
		(void)execvp(argv[at], argv + at);
		(void)complain("env", argv[at]);
		return errno == ENOENT ? 127 : 126;
	}
	for (char **entry = environ; *entry; entry++)
		(void)puts(*entry);
	return 0;
}

int true_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

int false_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

int sleep_main(int argc, char **argv)
{
	double seconds = argc > 1 ? strtod(argv[1], NULL) : 0;
	struct timespec time = {.tv_sec = (time_t)seconds};

	if (argc > 1 && strcmp(argv[1], "infinity") == 0) {
		for (;;)
			(void)pause();
	}
	time.tv_nsec = (long)((seconds - (double)time.tv_sec) * 1e9);
	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
	return 0;
}

int uname_main(int argc, char **argv)
{
	static const char LETTERS[] = "asnrvm";
	bool set[6] = {false};
	struct utsname names;
	const char *values[6];
	const char *before = "";

	if (!take_options(&argc, &argv, LETTERS, set))
		return 1;
	if (uname(&names) < 0)
		return complain("uname", "kernel");
	values[1] = names.sysname;
	values[2] = names.nodename;
	values[3] = names.release;
	values[4] = names.version;
	values[5] = names.machine;
	if (!set[2] && !set[3] && !set[4] && !set[5])
		set[1] = true;
	for (int i = 1; i < 6; i++) {
		if (!set[0] && !set[i])
			continue;
		(void)printf("%s%s", before, values[i]);
		before = " ";
	}
	(void)putchar('\n');
	return 0;
}

int pwd_main(int argc, char **argv)
{
	char path[PATH_MAX];

	(void)argc;
	if (!getcwd(path, sizeof path))
		return complain(argv[0], "current folder");
	(void)puts(path);
	return 0;
}

int hostname_main(int argc, char **argv)
{
	char name[256];

	(void)argc;
	if (gethostname(name, sizeof name) < 0)
		return complain(argv[0], "name");
	(void)puts(name);
	return 0;
}

int hello_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	(void)puts("Hello from jbuild!");
	return 0;
}

static bool test_file(char letter, const char *path)
{
	struct stat stat_buf;

	if (letter == 'L' || letter == 'h')
		return lstat(path, &stat_buf) == 0 && S_ISLNK(stat_buf.st_mode);
	if (stat(path, &stat_buf) < 0)
		return false;
	switch (letter) {
	case 'f':
		return S_ISREG(stat_buf.st_mode);
	case 'd':
		return S_ISDIR(stat_buf.st_mode);
	case 's':
		return stat_buf.st_size > 0;
	case 'x':
		return access(path, X_OK) == 0;
	case 'r':
		return access(path, R_OK) == 0;
	case 'w':
		return access(path, W_OK) == 0;
	default:
		return true;
	}
}

static bool test_numbers(const char *operator, long left, long right)
{
	static const char *const NAMES[] = {"-eq", "-ne", "-lt", "-le", "-gt", "-ge"};
	bool values[] = {left == right, left != right, left < right,
			 left <= right, left > right,  left >= right};

	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
		if (strcmp(operator, NAMES[i]) == 0)
			return values[i];
	}
	return false;
}

/* The code of test(1): 0 true, 1 false, 2 not understood. */
int test_words(int count, char **words)
{
	if (count > 0 && strcmp(words[0], "!") == 0) {
		int inner = test_words(count - 1, words + 1);

		return inner > 1 ? inner : !inner;
	}
	if (count == 0)
		return 1;
	if (count == 1)
		return *words[0] == '\0';
	if (count == 2 && words[0][0] == '-' && strlen(words[0]) == 2) {
		if (words[0][1] == 'n' || words[0][1] == 'z')
			return (*words[1] == '\0') != (words[0][1] == 'z');
		if (strchr("efdsxrwLh", words[0][1]))
			return !test_file(words[0][1], words[1]);
	}
	if (count == 3) {
		if (strcmp(words[1], "=") == 0 || strcmp(words[1], "==") == 0)
			return strcmp(words[0], words[2]) != 0;
		if (strcmp(words[1], "!=") == 0)
			return strcmp(words[0], words[2]) == 0;
		if (words[1][0] == '-')
			return !test_numbers(words[1], strtol(words[0], NULL, 10),
					     strtol(words[2], NULL, 10));
	}
	(void)fputs("test: not understood\n", stderr);
	return 2;
}

int test_main(int argc, char **argv)
{
	int count = argc - 1;

	if (strcmp(argv[0] + strlen(argv[0]) - 1, "[") == 0) {
		if (count == 0 || strcmp(argv[argc - 1], "]") != 0) {
			(void)fputs("[: missing ]\n", stderr);
			return 2;
		}
		count--;
	}
	return test_words(count, argv + 1);
}
