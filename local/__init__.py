"""The whole system on one machine, for trial, development and tests: engine, stand-ins, HTTP front, command line. Never deployed."""
