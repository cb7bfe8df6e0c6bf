"""What is known of the database that a revision is meant for: it weighs findings, and never decides whether they are true."""
