"""What runs beside the consumer of reporting: gauges from the tables, and what other platforms are told."""
