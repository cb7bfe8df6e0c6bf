"""What an act leaves behind in `Known`: one function an act."""
