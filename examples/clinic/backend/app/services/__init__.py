"""What the application does with its tables."""
