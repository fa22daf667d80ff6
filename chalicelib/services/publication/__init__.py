"""What anyone may see: making it public, looking it up, searching, the publicity."""
