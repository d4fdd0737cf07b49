"""The locked room, and the live kernel in it."""
