"""The audit log: what calls did, in files whose every change shows."""
