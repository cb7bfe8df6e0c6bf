"""What could go wrong, told by reading: one rule a file in `rules/`, acts instead of parse trees, and what is known."""
