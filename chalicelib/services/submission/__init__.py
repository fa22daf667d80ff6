"""From a department's file to rows that are stored whole or come back with a reason."""
