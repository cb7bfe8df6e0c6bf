"""One file per kind of change. A recipe has a function for each phase that it needs; each draws revisions."""
