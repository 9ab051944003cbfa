"""Official letters: which decision drafts which, what each says, how it moves, and how it is laid out on paper."""
