"""Findings in every format that `check` prints: one file each, with `shown(checked, root)`."""
