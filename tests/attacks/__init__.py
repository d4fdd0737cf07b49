"""The kit's attacks on itself: a corpus of submissions that cheat, and what must come of them."""
