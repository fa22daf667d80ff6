"""A city that is simulated day by day: its state, its people, its clockwork, its carriers, and what is looked at."""
