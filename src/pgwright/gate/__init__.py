"""Who may: the decision matrix, the sealed history, approvals and their signatures, the guard inside the database."""
