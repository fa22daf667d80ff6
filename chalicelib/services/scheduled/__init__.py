"""What the clock and the queues set going: ending, forgetting, the bulletin, and how each run went."""
