"""The page for people who open the server's address in a browser."""
