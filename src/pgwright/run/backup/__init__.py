"""Backups as a precondition: taken, recorded, and counted only after they were restored and compared."""
