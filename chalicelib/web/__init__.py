"""The window on the web: routes read the input, call one service and answer; pages, problems and headers are here."""
