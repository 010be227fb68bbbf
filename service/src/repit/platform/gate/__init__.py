"""From an upload to a verdict: policy, live index, decisions."""
