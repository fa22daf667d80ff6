"""The few facts that everything passes on: subjects, records and what comes in about them. No behaviour, no storage."""
