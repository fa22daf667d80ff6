"""What can be done about a record: objections, repairs, corrections, lists, measures, and what follows from a change."""
