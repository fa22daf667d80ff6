"""What is due goes out: one message a day to each, sent once, unless it is settled; codes and links at once; contacts."""
