"""The doors of tip-offs: one for everybody, one for those who handle them."""
