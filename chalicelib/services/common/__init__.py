"""What any use case may need: cursors, requests that come again, scans that people bring, working off what is due."""
