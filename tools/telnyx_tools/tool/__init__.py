"""Tools: how they are declared, their arguments, and the context that they are given."""
