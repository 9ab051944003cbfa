"""What can be wrong with a policy pack, one sort of fault per module."""
