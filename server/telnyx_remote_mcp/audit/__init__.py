"""The audit log: what calls did, in files where every later change can be detected."""
