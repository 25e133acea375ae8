#include "tiny.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	applet *run;
} APPLETS[] = {
	{"[", test_main},       {"cat", cat_main},     {"chmod", chmod_main},
	{"cp", cp_main},        {"echo", echo_main},   {"env", env_main},
	{"false", false_main},  {"hello", hello_main}, {"hostname", hostname_main},
	{"id", id_main},        {"ln", ln_main},       {"ls", ls_main},
	{"mkdir", mkdir_main},  {"mv", mv_main},       {"printf", printf_main},
	{"pwd", pwd_main},      {"rm", rm_main},       {"sh", sh_main},
	{"sleep", sleep_main},  {"test", test_main},   {"touch", touch_main},
	{"true", true_main},    {"uname", uname_main}, {"wc", wc_main},
};

applet *applet_by_name(const char *name)
{
	for (size_t i = 0; i < sizeof APPLETS / sizeof *APPLETS; i++) {
		if (strcmp(APPLETS[i].name, name) == 0)
			return APPLETS[i].run;
	}
	return NULL;
}

int complain(const char *name, const char *what)
{
	(void)fflush(stdout);
	(void)fprintf(stderr, "%s: %s: %s\n", name, what, strerror(errno));
	return 1;
}

bool take_options(int *argc, char ***argv, const char *known, bool *set)
{
	const char *name = (*argv)[0];

	while (*argc > 1 && (*argv)[1][0] == '-' && (*argv)[1][1]) {
		const char *word = (*argv)[1];
		bool last = strcmp(word, "--") == 0;

		for (const char *letter = word + 1; !last && *letter; letter++) {
			const char *at = strchr(known, *letter);

			if (!at) {
				(void)fprintf(stderr, "%s: unknown option -%c (known: -%s)\n", name,
					      *letter, known);
				return false;
			}
			set[at - known] = true;
		}
		(*argc)--;
		(*argv)++;
		if (last)
			break;
	}
	(*argv)[0] = (char *)name;
	return true;
}

static int list(void)
{
	for (size_t i = 0; i < sizeof APPLETS / sizeof *APPLETS; i++)
		(void)puts(APPLETS[i].name);
	return 0;
}

int main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = slash ? slash + 1 : argc > 0 ? argv[0] : "tiny";
	applet *run;
	int code;

	if (*name == '-')
		name++; /* a login shell */
	if (strcmp(name, "tiny") == 0 && argc > 1) {
		argv++;
		argc--;
		name = argv[0];
	}
	if (strcmp(name, "--list") == 0)
		return list();
	run = applet_by_name(name);
	if (!run) {
		(void)fprintf(stderr, "tiny: no applet %s (tiny --list names all)\n", name);
		return 127;
	}
	code = run(argc, argv);
	if (fflush(stdout) != 0)
		return complain(name, "write");
	return code;
}
