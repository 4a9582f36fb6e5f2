"""What the routes call: a thin line each to the workspace's methods, answered in plain models."""
