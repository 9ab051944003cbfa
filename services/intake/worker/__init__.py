"""What runs beside the consumer: the value of ticks, and upkeep."""
