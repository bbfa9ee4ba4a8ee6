"""The pages for people: how to connect, and linking an account."""
