/* See spawn.c. */
#ifndef SPAWN_H
#define SPAWN_H

long spawn_program(const char *path, char **argv, char **envp, int in, int out);

#endif
