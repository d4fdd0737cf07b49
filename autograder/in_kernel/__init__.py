"""What is sent into the student's kernel, and also used outside; it trusts nobody."""
