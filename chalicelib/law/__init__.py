"""The regulations as pure functions: dates and facts go in, decisions with their reason come out.

Nothing here reads a file, a clock, a setting or a network (a test keeps it so).
"""
