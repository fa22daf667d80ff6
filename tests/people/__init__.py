"""People at work: signing in at real issuers, their own archive, acting for others, and who may call what."""
