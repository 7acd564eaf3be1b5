"""Rules: one file per question. A rule gets facts and yields findings; it touches no array and raises nothing."""
