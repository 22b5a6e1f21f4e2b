"""Pure evaluation: scores, confusions and intervals from gold and predicted mentions."""
