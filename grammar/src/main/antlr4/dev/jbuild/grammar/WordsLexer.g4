/*
 * A word with quotes and variables (Dockerfile reference, "Environment replacement"). The modes keep
 * count of what is open, which leaves nothing for a parser to find out. Characters
 * are shown by the stand-ins that InstructionLexer explains. Where quotes mean nothing, in bodies
 * of here-documents, they are shown as \u007F too.
 */
lexer grammar WordsLexer;

// Outside of quotes

TEXT            : ~[\\\u0002$'"<]+ | '<';
HEREDOC_SIGN    : '<<' [ \t\r]*;
ESCAPED         : ESCAPE .;
LAST_ESCAPE     : ESCAPE;
SINGLE_QUOTED   : '\'' ~[']* '\'';
UNCLOSED_SINGLE : '\'' ~[']*;
OPEN_DOUBLE     : '"'  -> pushMode(DOUBLE);
VARIABLE        : '$' NAME;
OPEN_BRACE      : '${' -> pushMode(BRACED_NAME);
DOLLAR          : '$';

fragment ESCAPE
    : [\\\u0002]
    ;

// The one-character names are the shell's parameters, which nothing sets here.
fragment NAME
    : [A-Za-z_\u0005] [A-Za-z0-9_\u0005]*
    | [0-9]+
    | [@*#?\-$!]
    ;

// Between double quotes the escape character protects only what would mean something there.

mode DOUBLE;
DOUBLE_TEXT       : ~["$\\\u0002]+        -> type(TEXT);
DOUBLE_ESCAPED    : ESCAPE ["$\\\u0002]   -> type(ESCAPED);
PLAIN_ESCAPE      : ESCAPE;
DOUBLE_VARIABLE   : '$' NAME              -> type(VARIABLE);
DOUBLE_OPEN_BRACE : '${'                  -> type(OPEN_BRACE), pushMode(BRACED_NAME);
DOUBLE_DOLLAR     : '$'                   -> type(DOLLAR);
CLOSE_DOUBLE      : '"'                   -> popMode;

// ${name…}. An operator without a name is one on a variable that nothing sets.

mode BRACED_NAME;
NAME_IN_BRACES   : NAME     -> mode(OPERATOR);
NO_NAME          : [{}:];
NAMELESS_CHOICE  : '+'      -> type(CHOICE), mode(BRACED);
NAMELESS_STRIP   : '%'      -> type(STRIP), mode(BRACED);
NAMELESS_REPLACE : '/' '/'? -> type(REPLACE), mode(PATTERN);
NAMELESS_OTHER   : .        -> type(NO_OPERATOR);

mode OPERATOR;
CLOSE_BRACE : '}'          -> popMode;
CHOICE      : ':'? [-+?]   -> mode(BRACED);
STRIP       : [#%]         -> mode(BRACED);
REPLACE     : '/' '/'?     -> mode(PATTERN);
NO_OPERATOR : ':' .? | .;

mode BRACED;
BRACED_TEXT      : ( ~[}\\\u0002$'"<]+ | '<' ) -> type(TEXT);
BRACED_SIGN      : '<<' [ \t\r]*    -> type(HEREDOC_SIGN);
BRACED_ESCAPED   : ESCAPE .         -> type(ESCAPED);
BRACED_ESCAPE    : ESCAPE           -> type(LAST_ESCAPE);
BRACED_SINGLE    : '\'' ~[']* '\''  -> type(SINGLE_QUOTED);
BRACED_UNCLOSED  : '\'' ~[']*       -> type(UNCLOSED_SINGLE);
BRACED_DOUBLE    : '"'              -> type(OPEN_DOUBLE), pushMode(DOUBLE);
BRACED_VARIABLE  : '$' NAME         -> type(VARIABLE);
BRACED_BRACE     : '${'             -> type(OPEN_BRACE), pushMode(BRACED_NAME);
BRACED_DOLLAR    : '$'              -> type(DOLLAR);
BRACED_CLOSE     : '}'              -> type(CLOSE_BRACE), popMode;

// ${name/pattern/replacement}: up to the slash

mode PATTERN;
PATTERN_TEXT     : ( ~[/\\\u0002$'"<]+ | '<' ) -> type(TEXT);
PATTERN_SIGN     : '<<' [ \t\r]*    -> type(HEREDOC_SIGN);
PATTERN_ESCAPED  : ESCAPE .         -> type(ESCAPED);
PATTERN_ESCAPE   : ESCAPE           -> type(LAST_ESCAPE);
PATTERN_SINGLE   : '\'' ~[']* '\''  -> type(SINGLE_QUOTED);
PATTERN_UNCLOSED : '\'' ~[']*       -> type(UNCLOSED_SINGLE);
PATTERN_DOUBLE   : '"'              -> type(OPEN_DOUBLE), pushMode(DOUBLE);
PATTERN_VARIABLE : '$' NAME         -> type(VARIABLE);
PATTERN_BRACE    : '${'             -> type(OPEN_BRACE), pushMode(BRACED_NAME);
PATTERN_DOLLAR   : '$'              -> type(DOLLAR);
SLASH            : '/'              -> mode(BRACED);
