"""Overfitting and its cures: what each does to training and test accuracy, alone and together, over several seeds."""
