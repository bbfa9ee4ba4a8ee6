"""Composition: puts the parts of one process together."""
