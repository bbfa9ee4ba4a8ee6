"""Measures the server side by side with a bare proxy and FastMCP: `python -m bench`."""
