"""A whole class at once: grades kept by content, computed on this machine or on a cluster."""
