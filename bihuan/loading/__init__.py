"""Drive a running installation with invented events at a steady rate, and time them stage by stage."""
