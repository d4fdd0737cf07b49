"""What the course's authors use: release, verify, power, the demo class and known answers."""
