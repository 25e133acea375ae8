parser grammar InstructionParser;
options { tokenVocab = InstructionLexer; }

// RUN --mount=type=cache,target=/c  make all
//  ^word ^flags                     ^rest
instruction
    : word=WORD flags+=FLAG* END_OF_FLAGS? rest=REST? EOF
    ;
