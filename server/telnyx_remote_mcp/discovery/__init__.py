"""What others can read about this server before they connect to it."""
