"""How the product is put on machines: migrations, topics, the one-machine runtime."""
