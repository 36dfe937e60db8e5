"""What the labs compute: one module or package for each, without any page around it."""
