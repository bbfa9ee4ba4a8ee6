"""Results: what tools return, limited in size."""
