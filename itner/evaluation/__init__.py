"""Predictions stored, and everything that is a pure function of gold and predictions."""
