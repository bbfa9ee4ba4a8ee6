"""Calls: one tool call or API operation, and the one path by which it is carried out."""
