"""Connection to the database."""
