"""The hidden suites, one module a notebook: no student's kernel can see this folder."""
