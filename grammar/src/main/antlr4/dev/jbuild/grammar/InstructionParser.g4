/*
 * Which arguments an instruction has is said here; how many it wants, and which flags it knows, is
 * left to whoever reads the tree: the author of the Dockerfile deserves words about the
 * instruction, not about tokens.
 */
parser grammar InstructionParser;
options { tokenVocab = InstructionLexer; }

line
    : word=(RUN | CMD | ENTRYPOINT | SHELL)             flags command?               EOF  #shellOrExec
    | word=(COPY | ADD | VOLUME)                        flags (JSON | words+=WORD*)  EOF  #paths
    | word=(FROM | EXPOSE)                              flags words+=WORD*           EOF  #words
    | word=(ENV | LABEL | ARG)                          flags words+=WORD*           EOF  #pairs
    | word=(USER | WORKDIR | STOPSIGNAL | MAINTAINER)   flags TEXT?                  EOF  #text
    | word=ONBUILD                                      flags trigger=TEXT?          EOF  #onbuild
    | word=HEALTHCHECK                                  flags (type=WORD command?)?  EOF  #healthcheck
    | word=UNKNOWN                                      flags TEXT?                  EOF  #unknown
    ;

flags
    : list+=FLAG* END_OF_FLAGS?
    ;

command
    : JSON  #exec
    | TEXT  #shell
    ;
