"""Pictures for people, each drawn from folded cases: what an official wants to see at one look, and nothing decided."""
