"""Calls: one tool call or API operation, on the one way that leads to an effect."""
