"""A report on a class: what it found easy, what it mixed up, who was late, who wrote alike."""
