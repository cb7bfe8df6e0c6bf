"""Corrected forms of calls in a revision: what `check --fix` writes."""
