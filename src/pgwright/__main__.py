"""`python -m pgwright`."""

from pgwright.doors.cli import main

main()
