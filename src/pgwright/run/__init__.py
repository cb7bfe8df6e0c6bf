"""Doing it to a real database: apply and undo, step by step, journalled, resumable after a kill at any point."""
