/*
 * One logical line of a Dockerfile: continuations are joined, comments and here-documents taken
 * out before. The instruction's word decides how the rest of its line is read, so a keyword is one
 * only where the line begins: RUN echo FROM is an instruction and a text.
 *
 * What the lexer sees is not quite the text. Some characters are shown by a stand-in, so that one
 * set of rules does for both escape characters and for all of Unicode (ANTLR remembers transitions
 * only for characters below 128):
 *
 *   \u0002  a backtick that is the escape character (it is no escape in JSON)
 *   \u0003  a backslash that is not the escape character (it still is one in JSON)
 *   \u0004  a blank beyond ASCII        \u0005  a letter or digit beyond ASCII
 *   \u007F  any other character beyond ASCII
 */
lexer grammar InstructionLexer;
options { caseInsensitive = true; }

tokens { WORD, TEXT, JSON }

// Dockerfile reference, "Format": the instruction is not case-sensitive

FROM        : 'FROM'        -> mode(WORDS), pushMode(FLAGS);
EXPOSE      : 'EXPOSE'      -> mode(WORDS), pushMode(FLAGS);
RUN         : 'RUN'         -> mode(COMMAND), pushMode(FLAGS);
CMD         : 'CMD'         -> mode(COMMAND), pushMode(FLAGS);
ENTRYPOINT  : 'ENTRYPOINT'  -> mode(COMMAND), pushMode(FLAGS);
SHELL       : 'SHELL'       -> mode(COMMAND), pushMode(FLAGS);
COPY        : 'COPY'        -> mode(PATHS), pushMode(FLAGS);
ADD         : 'ADD'         -> mode(PATHS), pushMode(FLAGS);
VOLUME      : 'VOLUME'      -> mode(PATHS), pushMode(FLAGS);
ENV         : 'ENV'         -> mode(QUOTED_WORDS), pushMode(FLAGS);
LABEL       : 'LABEL'       -> mode(QUOTED_WORDS), pushMode(FLAGS);
ARG         : 'ARG'         -> mode(QUOTED_WORDS), pushMode(FLAGS);
USER        : 'USER'        -> mode(LINE), pushMode(FLAGS);
WORKDIR     : 'WORKDIR'     -> mode(LINE), pushMode(FLAGS);
STOPSIGNAL  : 'STOPSIGNAL'  -> mode(LINE), pushMode(FLAGS);
MAINTAINER  : 'MAINTAINER'  -> mode(LINE), pushMode(FLAGS);
ONBUILD     : 'ONBUILD'     -> mode(LINE), pushMode(FLAGS);
HEALTHCHECK : 'HEALTHCHECK' -> mode(PROBE), pushMode(FLAGS);
// No error: whoever reads the tree has a suggestion.
UNKNOWN     : ~[ \t\r\f\u000B]+ -> mode(LINE), pushMode(FLAGS);

// Flags come first, each after a blank. A flag ends at the next blank outside of quotes, also when
// a quote is never closed; a bare -- ends them all.

mode FLAGS;
FLAG         : BLANK+ '--' FLAG_PART+;
END_OF_FLAGS : BLANK+ '--' ( '""' | '\'\'' )* -> popMode;
GAP          : BLANK ANY_BLANK* -> skip, popMode;

fragment FLAG_PART
    : ESCAPE ( . | EOF )
    | '"' ( ESCAPE . | ~["\\\u0002] )* ( '"' | ESCAPE? EOF )
    | '\'' ( ESCAPE . | ~['\\\u0002] )* ( '\'' | ESCAPE? EOF )
    | ~["'\\\u0002 \t\r\f\u000B]
    ;

fragment ESCAPE
    : [\\\u0002]
    ;

fragment BLANK
    : [ \t\r\f\u000B]
    ;

fragment ANY_BLANK
    : [ \t\r\f\u000B\u0004]
    ;

// "Shell and exec form". The exec form is an array of strings up to the end of the line; anything
// else that begins with a bracket is a text.

mode COMMAND;
COMMAND_JSON : STRINGS EOF -> type(JSON);
COMMAND_TEXT : ~[\n]+      -> type(TEXT);

// RFC 8259
fragment STRINGS
    : ANY_BLANK* '[' JSON_BLANK* ( STRING ( ',' JSON_BLANK* STRING )* )? ']' ANY_BLANK*
    ;

fragment STRING
    options { caseInsensitive = false; }
    : '"' ( STRING_CHARACTER | STRING_ESCAPE )* '"' JSON_BLANK*
    ;

fragment STRING_CHARACTER
    : ~["\\\u0000\u0001\u0003\u0006-\u001F]
    ;

fragment STRING_ESCAPE
    options { caseInsensitive = false; }
    : [\\\u0003] ( ["\\\u0003/bfnrt] | 'u' HEX HEX HEX HEX )
    ;

fragment HEX
    : [0-9a-f]
    ;

fragment JSON_BLANK
    : [ \t\r]
    ;

// The same for COPY, ADD and VOLUME, whose other form is words

mode PATHS;
PATHS_JSON : STRINGS EOF -> type(JSON);
PATHS_GAP  : BLANK+      -> skip;
PATHS_WORD : PLAIN_WORD  -> type(WORD), mode(WORDS);

mode WORDS;
WORDS_GAP  : BLANK+     -> skip;
WORDS_WORD : PLAIN_WORD -> type(WORD);

fragment PLAIN_WORD
    : ~[ \t\r\f\u000B]+
    ;

// Words that may hold quoted blanks. The quotes stay: expansion removes them.

mode QUOTED_WORDS;
QUOTED_GAP  : ANY_BLANK+ -> skip;
QUOTED_WORD : QUOTED_PART+ -> type(WORD);

fragment QUOTED_PART
    : ESCAPE ( . | EOF )
    | '"' ( ESCAPE . | ~["\\\u0002] )* ( '"' | ESCAPE? EOF )
    | '\'' ~[']* ( '\'' | EOF )
    | ~["'\\\u0002 \t\r\f\u000B\u0004]
    ;

mode LINE;
LINE_TEXT : ~[\n]+ -> type(TEXT);

// HEALTHCHECK: what it is, and then a command

mode PROBE;
PROBE_GAP  : ANY_BLANK+ -> skip;
PROBE_TYPE : ~[ \t\r\f\u000B\u0004]+ -> type(WORD), mode(COMMAND);
