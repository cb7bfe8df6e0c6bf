KINDS = ["ward", "lab"]
