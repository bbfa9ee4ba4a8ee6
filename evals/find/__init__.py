"""Whether an agent finds the way: requests and tasks, and what plays them."""
