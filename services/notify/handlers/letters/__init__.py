"""Draft letters from decisions, do what people ask about them, deliver them, and watch for their answers."""
