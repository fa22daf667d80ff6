"""What officers see and do across procedures: the counter, what waits, notices, tips, reports of cases, incidents."""
