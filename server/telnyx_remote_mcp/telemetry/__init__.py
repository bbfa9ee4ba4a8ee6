"""Telemetry: the server's logs, metrics and traces."""
