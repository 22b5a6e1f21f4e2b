"""What the workbench does, one module a verb."""
