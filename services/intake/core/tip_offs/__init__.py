"""Tip-offs of the public: what is taken, what becomes of it, and what leaves for the log (S3-16)."""
