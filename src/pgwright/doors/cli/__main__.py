"""`python -m pgwright.doors.cli`."""

from pgwright.doors.cli import main

main()
