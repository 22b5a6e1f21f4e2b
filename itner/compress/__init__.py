"""From trained weights to what is deployed."""
