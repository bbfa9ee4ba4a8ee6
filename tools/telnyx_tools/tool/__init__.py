"""Tools: how one is declared, what it takes, and what it is given."""
