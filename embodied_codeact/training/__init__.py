"""Trains a language model on CodeActInstruct conversations: supervised, on the assistant's words only."""
