"""Building, training, saving and loading taggers with torch and transformers."""
