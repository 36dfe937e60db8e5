"""The static edition: pages that play anywhere, without a server or a network (`python -m optim_viz gallery OUT`)."""
