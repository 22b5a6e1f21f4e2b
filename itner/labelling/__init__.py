"""Labels for text that nobody annotated: weak votes, and the text to vote on."""
