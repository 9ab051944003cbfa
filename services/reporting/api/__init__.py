"""The door for people: the routes of interface section 5 and the console."""
