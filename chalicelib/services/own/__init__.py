"""What a subject sees of itself beyond its cases: its archive, who asked, the green channel, its files."""
