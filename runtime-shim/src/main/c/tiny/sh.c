/*
 * A small shell: lists with ; && || and newlines, pipes, > >> < 2> 2>&1, quotes, $NAME ${NAME}
 * ${NAME:-word} $? $# $1, comments, assignments, set -e and -x. No loops, no functions: a script that
 * needs them says so.
 */
#include "tiny.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum kind { WORD, SEMI, AND, OR, PIPE, OUT, APPEND, IN, ERR, ERR_TO_OUT, OUT_TO_ERR, END };

struct token {
	enum kind kind;
	char *text;  /* of a word, after expansion */
	bool quoted; /* any of it: it is a word even when empty */
	bool assigns; /* NAME=…, with the name and = unquoted */
};

struct shell {
	const char *at;
	struct token token;
	int status;
	bool exit_on_error;
	bool trace;
	int argc;
	char **argv; /* $0, $1 … */
};

struct text {
	char *bytes;
	size_t size;
	size_t room;
};

static const struct {
	const char *text;
	enum kind kind;
} OPERATORS[] = {
	/* Longer ones first. */
	{"2>&1", ERR_TO_OUT}, {"1>&2", OUT_TO_ERR}, {">&2", OUT_TO_ERR}, {"2>", ERR}, {"1>", OUT},
	 {"&&", AND}, {"||", OR}, {">>", APPEND},
	{"|", PIPE},          {">", OUT},  {"<", IN},   {";", SEMI}, {"\n", SEMI},
};

static const char *const UNKNOWN[] = {"if", "for", "while", "until", "case", "{", "}", "function"};

__attribute__((noreturn)) static void fail(const char *what, const char *detail)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "sh: %s%s\n", what, detail);
	exit(2);
}

static void put(struct text *text, char byte)
{
	if (text->size + 1 >= text->room) {
		text->room = text->room * 2 + 64;
		text->bytes = realloc(text->bytes, text->room);
		if (!text->bytes)
			fail("out of memory", "");
	}
	text->bytes[text->size++] = byte;
	text->bytes[text->size] = '\0';
}

static void put_text(struct text *text, const char *more)
{
	while (*more)
		put(text, *more++);
}

static void expand_into(struct shell *shell, struct text *out, const char *source, size_t size);

/* The value of a parameter, or NULL. */
static const char *value_of(struct shell *shell, const char *name)
{
	static char number[16];

	if (strcmp(name, "?") == 0 || strcmp(name, "$") == 0 || strcmp(name, "#") == 0) {
		(void)snprintf(number, sizeof number, "%d",
			       *name == '?'   ? shell->status
			       : *name == '#' ? shell->argc - 1
					      : getpid());
		return number;
	}
	if (isdigit((unsigned char)*name)) {
		long index = strtol(name, NULL, 10);

		return index < shell->argc ? shell->argv[index] : NULL;
	}
	return getenv(name);
}

/* After the dollar sign; returns where the source goes on. */
static const char *expand_parameter(struct shell *shell, struct text *out, const char *at)
{
	bool braces = *at == '{';
	const char *start = at + (braces ? 1 : 0);
	const char *end = start;
	const char *value;
	char name[128];
	bool empty_counts;

	if (strchr("?$#", *start) && *start)
		end++;
	else if (isdigit((unsigned char)*start))
		end++;
	else
		while (isalnum((unsigned char)*end) || *end == '_')
			end++;
	if (end == start || (size_t)(end - start) >= sizeof name) {
		put(out, '$');
		return at;
	}
	(void)snprintf(name, sizeof name, "%.*s", (int)(end - start), start);
	value = value_of(shell, name);
	if (!braces) {
		put_text(out, value ? value : "");
		return end;
	}
	at = end + strcspn(end, "}");
	if (*at != '}')
		fail("bad substitution: ${", start);
	empty_counts = *end == ':';
	if (empty_counts)
		end++;
	if (value && *value && *end == '+')
		expand_into(shell, out, end + 1, (size_t)(at - end - 1));
	else if (*end == '-' && (!value || (empty_counts && !*value)))
		expand_into(shell, out, end + 1, (size_t)(at - end - 1));
	else if (*end != '+')
		put_text(out, value ? value : "");
	return at + 1;
}

static void expand_into(struct shell *shell, struct text *out, const char *source, size_t size)
{
	char *copy = strndup(source, size);

	if (!copy)
		fail("out of memory", "");
	for (const char *at = copy; *at;) {
		if (*at == '$')
			at = expand_parameter(shell, out, at + 1);
		else
			put(out, *at++);
	}
	free(copy);
}

static const char *read_double_quotes(struct shell *shell, struct text *out, const char *at)
{
	while (*at != '"') {
		if (!*at)
			fail("a \" is not closed", "");
		if (*at == '\\' && at[1] && strchr("$`\"\\\n", at[1])) {
			if (at[1] != '\n')
				put(out, at[1]);
			at += 2;
		} else if (*at == '$' && at[1] == '(') {
			fail("$(…) is not known here", "");
		} else if (*at == '$') {
			at = expand_parameter(shell, out, at + 1);
		} else {
			put(out, *at++);
		}
	}
	return at + 1;
}

/* One word, expanded. It is not split again: $X is one word, whatever is in it. */
static void read_word(struct shell *shell)
{
	struct text word = {0};
	const char *at = shell->at;
	bool name_so_far = true;

	shell->token = (struct token){.kind = WORD};
	put_text(&word, "");
	while (*at && !strchr(" \t\n;|<>&", *at)) {
		if (*at == '\'') {
			const char *end = strchr(at + 1, '\'');

			if (!end)
				fail("a ' is not closed", "");
			while (++at < end)
				put(&word, *at);
			at++;
			shell->token.quoted = true;
		} else if (*at == '"') {
			at = read_double_quotes(shell, &word, at + 1);
			shell->token.quoted = true;
		} else if (*at == '\\' && at[1]) {
			if (at[1] != '\n')
				put(&word, at[1]);
			at += 2;
		} else if (*at == '$' && at[1] == '(') {
			fail("$(…) is not known here", "");
		} else if (*at == '`') {
			fail("`…` is not known here", "");
		} else if (*at == '$') {
			at = expand_parameter(shell, &word, at + 1);
			name_so_far = false;
		} else {
			if (*at == '=' && name_so_far && word.size > 0 && !shell->token.quoted)
				shell->token.assigns = true;
			if (!isalnum((unsigned char)*at) && *at != '_')
				name_so_far = false;
			put(&word, *at++);
		}
	}
	shell->at = at;
	shell->token.text = word.bytes ? word.bytes : strdup("");
	if (!shell->token.text)
		fail("out of memory", "");
}

static void next(struct shell *shell)
{
	while (*shell->at == ' ' || *shell->at == '\t' ||
	       (*shell->at == '\\' && shell->at[1] == '\n'))
		shell->at += *shell->at == '\\' ? 2 : 1;
	if (*shell->at == '#')
		shell->at += strcspn(shell->at, "\n");
	if (!*shell->at) {
		shell->token = (struct token){.kind = END};
		return;
	}
	for (size_t i = 0; i < sizeof OPERATORS / sizeof *OPERATORS; i++) {
		size_t size = strlen(OPERATORS[i].text);

		if (strncmp(shell->at, OPERATORS[i].text, size) == 0) {
			shell->at += size;
			shell->token = (struct token){.kind = OPERATORS[i].kind};
			return;
		}
	}
	if (*shell->at == '&' || *shell->at == '(' || *shell->at == ')')
		fail("not known here: ", shell->at);
	read_word(shell);
}

/* A command with its redirections, read but not run. */
struct command {
	char *words[256];
	int count;
	int assigned; /* how many words at the front are NAME=value */
	struct {
		enum kind kind;
		char *path;
	} redirects[16];
	int redirect_count;
};

static void read_redirect(struct shell *shell, struct command *command)
{
	enum kind kind = shell->token.kind;
	char *path = NULL;

	if (command->redirect_count == 16)
		fail("too many redirections", "");
	if (kind != ERR_TO_OUT && kind != OUT_TO_ERR) {
		next(shell);
		if (shell->token.kind != WORD)
			fail("a redirection needs a file", "");
		path = shell->token.text;
	}
	command->redirects[command->redirect_count].kind = kind;
	command->redirects[command->redirect_count++].path = path;
}

static void read_command(struct shell *shell, struct command *command)
{
	for (;; next(shell)) {
		switch (shell->token.kind) {
		case WORD:
			if (!shell->token.quoted && !*shell->token.text)
				continue; /* an unset variable is no word */
			if (command->count == 255)
				fail("too many words", "");
			if (shell->token.assigns && command->assigned == command->count)
				command->assigned++;
			command->words[command->count++] = shell->token.text;
			continue;
		case OUT:
		case APPEND:
		case IN:
		case ERR:
		case ERR_TO_OUT:
		case OUT_TO_ERR:
			read_redirect(shell, command);
			continue;
		case SEMI:
		case AND:
		case OR:
		case PIPE:
		case END:
			return;
		}
	}
}

static int redirect(const struct command *command)
{
	for (int i = 0; i < command->redirect_count; i++) {
		enum kind kind = command->redirects[i].kind;
		const char *path = command->redirects[i].path;
		int flags = kind == IN ? O_RDONLY
				       : O_WRONLY | O_CREAT | (kind == APPEND ? O_APPEND : O_TRUNC);
		int target = kind == IN ? 0 : kind == ERR || kind == ERR_TO_OUT ? 2 : 1;
		int fd = kind == ERR_TO_OUT   ? dup(1)
			 : kind == OUT_TO_ERR ? dup(2)
					      : open(path, flags, 0666);

		if (fd < 0)
			return complain("sh", path ? path : "redirection");
		if (fd != target) {
			(void)dup2(fd, target);
			(void)close(fd);
		}
	}
	return 0;
}

__attribute__((noreturn)) static void leave(int code)
{
	(void)fflush(stdout);
	_exit(code);
}

/* In a child of the shell: ends with the command. */
__attribute__((noreturn)) static void run_here(const struct command *command)
{
	char *const *words = command->words + command->assigned;
	int count = command->count - command->assigned;
	applet *own;

	if (redirect(command) != 0)
		leave(1);
	for (int i = 0; i < command->assigned; i++)
		(void)putenv(command->words[i]);
	if (count == 0)
		leave(0);
	own = strchr(words[0], '/') ? NULL : applet_by_name(words[0]);
	if (own)
		leave(own(count, (char **)words));
	(void)execvp(words[0], words);
	if (errno == ENOENT) {
		(void)fprintf(stderr, "sh: %s: not found\n", words[0]);
		leave(127);
	}
	(void)complain("sh", words[0]);
	leave(126);
}

static int built_in(struct shell *shell, const struct command *command, bool *done)
{
	char *const *words = command->words + command->assigned;
	int count = command->count - command->assigned;

	*done = true;
	if (count == 0) {
		for (int i = 0; i < command->assigned; i++)
			(void)putenv(command->words[i]);
		/* Redirections alone make their files. */
		*done = command->redirect_count == 0;
		return 0;
	}
	if (strcmp(words[0], "cd") == 0) {
		const char *home = getenv("HOME");
		const char *to = count > 1 ? words[1] : home ? home : "/";

		return chdir(to) < 0 ? complain("cd", to) : 0;
	}
	if (strcmp(words[0], "exit") == 0) {
		(void)fflush(stdout);
		exit(count > 1 ? (int)strtol(words[1], NULL, 10) & 255 : shell->status);
	}
	if (strcmp(words[0], "export") == 0) {
		for (int i = 1; i < count; i++) {
			if (strchr(words[i], '='))
				(void)putenv(words[i]);
		}
		return 0;
	}
	if (strcmp(words[0], "unset") == 0)
		return count > 1 ? unsetenv(words[1]) : 0;
	if (strcmp(words[0], ":") == 0)
		return 0;
	if (strcmp(words[0], "exec") == 0 && count > 1) {
		struct command rest = *command;

		memmove(rest.words, words + 1, (size_t)(count - 1) * sizeof *words);
		rest.assigned = 0;
		rest.count = count - 1;
		(void)fflush(stdout);
		run_here(&rest);
	}
	if (strcmp(words[0], "set") == 0) {
		for (int i = 1; i < count; i++) {
			bool on = words[i][0] == '-';

			if (strchr(words[i], 'e'))
				shell->exit_on_error = on;
			if (strchr(words[i], 'x'))
				shell->trace = on;
		}
		return 0;
	}
	*done = false;
	return 0;
}

static void check_known(const struct command *command)
{
	for (size_t i = 0; i < sizeof UNKNOWN / sizeof *UNKNOWN; i++) {
		if (command->count > 0 && strcmp(command->words[0], UNKNOWN[i]) == 0)
			fail("this small shell does not know: ", UNKNOWN[i]);
	}
}

static void trace(const struct command *command)
{
	(void)fflush(stdout);
	(void)fputc('+', stderr);
	for (int i = 0; i < command->count; i++)
		(void)fprintf(stderr, " %s", command->words[i]);
	(void)fputc('\n', stderr);
}

static pid_t spawn(const struct command *command, int in, int out, int unused)
{
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid < 0)
		fail("fork: ", strerror(errno));
	if (pid > 0)
		return pid;
	if (in >= 0) {
		(void)dup2(in, 0);
		(void)close(in);
	}
	if (out >= 0) {
		(void)dup2(out, 1);
		(void)close(out);
	}
	if (unused >= 0)
		(void)close(unused);
	run_here(command);
}

static int wait_for(pid_t pid)
{
	int status = 0;
	pid_t ended;

	do
		ended = wait(&status);
	while (ended != pid && (ended > 0 || errno == EINTR));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Reads and, unless it is to be skipped, runs one pipeline. */
static void pipeline(struct shell *shell, bool skip)
{
	int in = -1;
	bool invert = false;

	if (shell->token.kind == WORD && !shell->token.quoted &&
	    strcmp(shell->token.text, "!") == 0) {
		invert = true;
		next(shell);
	}
	for (;;) {
		struct command command = {0};
		int ends[2] = {-1, -1};
		bool done = false;
		bool more;
		pid_t pid;

		read_command(shell, &command);
		check_known(&command);
		more = shell->token.kind == PIPE;
		if (!skip && shell->trace && command.count > 0)
			trace(&command);
		if (!skip && !more && in < 0)
			shell->status = built_in(shell, &command, &done);
		if (!skip && !done && (command.count > 0 || command.redirect_count > 0)) {
			if (more && pipe(ends) < 0)
				fail("pipe: ", strerror(errno));
			pid = spawn(&command, in, ends[1], ends[0]);
			if (in >= 0)
				(void)close(in);
			if (ends[1] >= 0)
				(void)close(ends[1]);
			in = ends[0];
			if (!more)
				shell->status = wait_for(pid);
		}
		if (!more)
			break;
		next(shell);
	}
	if (!skip && invert)
		shell->status = !shell->status;
}

static int run_text(struct shell *shell, const char *text)
{
	bool skip = false;

	shell->at = text;
	next(shell);
	while (shell->token.kind != END) {
		enum kind kind;

		pipeline(shell, skip);
		kind = shell->token.kind;
		/* In a && b || c, what failed is seen by the list, not by set -e. */
		if (shell->exit_on_error && shell->status != 0 && kind != AND && kind != OR && !skip)
			return shell->status;
		skip = (kind == AND && shell->status != 0) || (kind == OR && shell->status == 0);
		if (kind == SEMI || kind == AND || kind == OR)
			next(shell);
		while ((kind == AND || kind == OR) && shell->token.kind == SEMI)
			next(shell);
	}
	return shell->status;
}

static char *read_script(int fd)
{
	struct text text = {0};
	char block[4096];
	ssize_t size;

	put_text(&text, "");
	while ((size = read(fd, block, sizeof block)) > 0) {
		for (ssize_t i = 0; i < size; i++)
			put(&text, block[i]);
	}
	return text.bytes ? text.bytes : "";
}

static int interactive(struct shell *shell)
{
	char line[4096];

	for (;;) {
		(void)fputs("$ ", stdout);
		(void)fflush(stdout);
		if (!fgets(line, sizeof line, stdin))
			return shell->status;
		(void)run_text(shell, line);
	}
}

int sh_main(int argc, char **argv)
{
	struct shell shell = {.argc = argc, .argv = argv};
	int fd;

	while (argc > 1 && (argv[1][0] == '-' || argv[1][0] == '+') && argv[1][1]) {
		const char *letters = argv[1] + 1;

		shell.exit_on_error = shell.exit_on_error || strchr(letters, 'e');
		shell.trace = shell.trace || strchr(letters, 'x');
		argv++;
		argc--;
		if (!strchr(letters, 'c'))
			continue;
		if (argc < 2)
			fail("-c needs a command", "");
		shell.argc = argc > 2 ? argc - 2 : 1;
		shell.argv = argc > 2 ? argv + 2 : argv;
		return run_text(&shell, argv[1]);
	}
	if (argc > 1) {
		fd = open(argv[1], O_RDONLY | O_CLOEXEC);
		if (fd < 0)
			return complain("sh", argv[1]) + 126;
		shell.argc = argc - 1;
		shell.argv = argv + 1;
		return run_text(&shell, read_script(fd));
	}
	if (isatty(STDIN_FILENO))
		return interactive(&shell);
	return run_text(&shell, read_script(STDIN_FILENO));
}
