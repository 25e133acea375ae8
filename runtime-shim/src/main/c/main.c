#include "shim.h"

#include <string.h>

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} ROLES[] = {
	{"serve", role_serve},
	{"run", role_run},
	{"exec", role_exec},
	{"enter", role_enter},
	{"start", role_start},
	{"attach", role_attach},
	{"control", role_control},
	{"net", role_net},
	{"scan", role_scan},
	{"hold", role_hold},
	{"userns", role_userns},
};

int main(int argc, char **argv)
{
	for (size_t i = 0; argc > 1 && i < sizeof ROLES / sizeof *ROLES; i++) {
		if (strcmp(argv[1], ROLES[i].name) == 0)
			return ROLES[i].run(argc, argv);
	}
	die_code(EXIT_SHIM, "usage", "shim serve | run | exec | enter | start | attach | control | net | scan | userns");
}
