"""What a container asks of itself, and what it makes before the first start."""
