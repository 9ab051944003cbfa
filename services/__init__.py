"""The four services; independent of one another, each with a pure core and three doors."""
