"""Surfaces: which tools a request can list and call."""
