"""The ways out of reporting: other platforms that are told of hazards."""
