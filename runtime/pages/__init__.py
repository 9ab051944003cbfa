"""The frame of every page: one look, one policy, one way to answer when something is wrong."""

from runtime.pages.frame import Frame, Person
from runtime.pages.guard import Trouble

__all__ = ["Frame", "Person", "Trouble"]
