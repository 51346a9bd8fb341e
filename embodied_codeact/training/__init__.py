"""Trains a language model on CodeActInstruct conversations: supervised, on the assistant's words only.

``recipe``       presets and their options, typed
``data``         conversations from collections, chat JSON Lines and Parquet
``tokens``       ChatML, the tokenizer trained on the data, which tokens are learnt
``packing``      several episodes in one row
``attention``    attention within each of them
``model``        the model that is trained
``optimizers``   AdamW, and Muon beside it
``progress``     the bar, ``losses.jsonl`` and the loss curve
``checkpoints``  the folder of a run, and what it goes on from
``run``          all of that, by transformers' Trainer

Nothing here is imported before a model is trained: torch takes seconds to import.
"""
