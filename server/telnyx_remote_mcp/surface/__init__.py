"""Surfaces: which tools a request sees and reaches."""
