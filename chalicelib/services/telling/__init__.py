"""Notices and the ways to people: what is announced, in which words, by which channels, what came back."""
