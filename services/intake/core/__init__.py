"""The rules of the doors, pure: no clock, log, SQL, Kafka or settings."""
