"""Helpers that the tools of several groups share."""
