"""What to do: Hypothesis strategies that yield scenarios, one module per family."""
