"""Launch files that come with the package: which processes to start, with which parameters."""
