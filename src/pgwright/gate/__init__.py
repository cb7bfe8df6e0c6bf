"""Who may: signatures, the ledger, and the guard inside the database."""
