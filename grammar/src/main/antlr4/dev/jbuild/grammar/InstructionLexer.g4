// One logical line of a Dockerfile: an instruction word, flags, and the rest, which each
// instruction reads in its own way (Dockerfile reference, "Format").
lexer grammar InstructionLexer;

// Which words are instructions is not said here: an unknown one deserves a suggestion.
WORD         : ~[ \t\r\f\u000B]+ -> mode(FLAGS);
LEADING      : [ \t\r\f\u000B]+ -> skip;

mode FLAGS;
GAP          : [ \t\r\f\u000B]+ -> skip;
FLAG         : '--' FLAG_PART+;
END_OF_FLAGS : '--' [ \t\r\f\u000B]* -> mode(REST_OF_LINE);
REST         : ( ~[- \t\r\f\u000B] ANY* | '-' ( ~[-] ANY* )? ) -> mode(REST_OF_LINE);

fragment ANY
    : ~[\n]
    | '\n'
    ;

fragment FLAG_PART
    : '"' ( '\\' . | ~["\\] )* '"'
    | '\'' ~[']* '\''
    | '\\' .
    | ~[ \t\r\f\u000B]
    ;

mode REST_OF_LINE;
AFTER_FLAGS  : ANY+ -> type(REST);
