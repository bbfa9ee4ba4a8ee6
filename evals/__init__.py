"""Evaluations: what agents achieve with this server, on sets that nobody who built it wrote."""
