"""What is told of a subject to those with a right to ask, and the trace that is left before any answer."""
