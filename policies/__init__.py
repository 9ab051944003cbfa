"""Hold the notices of five cities as versioned policy packs, and the tables of divisions and units they name."""
