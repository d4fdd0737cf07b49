"""The one page that tells a student what came of a submission, made from the graded notebook."""
