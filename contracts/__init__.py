"""What the services say to each other: models, vocabulary, topics, schemas and examples; imports nothing of ours."""
