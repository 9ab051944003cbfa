"""The door for people: decisions, what waits for a person, one hazard's timeline, the policies in force."""
