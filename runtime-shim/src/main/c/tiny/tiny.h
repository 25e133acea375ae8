/* The whole userland of the image jbuild/tiny: one static program, called by many names. */
#ifndef JBUILD_TINY_H
#define JBUILD_TINY_H

#include <stdbool.h>
#include <stddef.h>

/* Each is a main(), and may be called in a child of the shell. */
typedef int applet(int argc, char **argv);

applet sh_main, cat_main, ls_main, mkdir_main, cp_main, mv_main, rm_main, ln_main, touch_main,
	chmod_main, wc_main, echo_main, printf_main, id_main, env_main, true_main, false_main,
	sleep_main, uname_main, pwd_main, hostname_main, test_main, hello_main;

/* NULL if there is no such applet. */
applet *applet_by_name(const char *name);

/* Prints "NAME: WHAT: strerror(errno)" and returns 1. */
int complain(const char *name, const char *what);
/* Takes single-letter options off the front; false, with a message, at an unknown one. */
bool take_options(int *argc, char ***argv, const char *known, bool *set);
/* The text of printf's and echo -e's escapes; false after \c. */
bool put_escaped(const char *text);
int test_words(int count, char **words);

#endif
