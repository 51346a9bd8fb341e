"""What scripts call: objects and functions whose docstrings are the model's prompt.

Each depends on a small backend protocol, never on an engine or a simulator, so the same primitives drive every one of
them. They import the core's contracts and errors only.

``household``       the ``house`` object
``household_mint``  the flat functions of the MINT benchmark, over the same backend
``fakes``           small worlds that really run, for examples and tests
"""
