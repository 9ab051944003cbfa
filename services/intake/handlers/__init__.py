"""What intake does with what comes in: judge, remember, park, announce, in one transaction whatever the door."""
