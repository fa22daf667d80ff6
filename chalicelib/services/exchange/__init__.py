"""What goes upward and to other cities, and what they have taken off."""
