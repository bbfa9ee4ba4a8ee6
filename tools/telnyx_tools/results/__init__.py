"""Results: what tools return, shaped to a size."""
