"""The clinic's back office."""
