"""What keeps an agent from doing harm: limits, confirmation, duplicates, audit."""
