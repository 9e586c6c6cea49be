"""In what servers differ: how they refuse and in which words, what they do not take, how they stream."""
