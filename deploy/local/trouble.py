"""The one kind of error that people read: something on this machine is in the way."""


class Trouble(Exception):
    """The message says what is wrong and how to mend it; the command prints it alone and ends with status 1."""
