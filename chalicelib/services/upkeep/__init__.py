"""The archive kept whole: backup, merging two archives of one organisation, the trail's roots and their check."""
