"""The kinds of case: each folds its own facts into what the rules read."""
