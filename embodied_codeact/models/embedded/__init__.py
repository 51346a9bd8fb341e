"""The model that is shipped with this package: a small CodeActAgent, trained by this project on its own episodes."""
