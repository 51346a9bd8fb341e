"""Language models that act in the world by writing Python (after CodeAct, arXiv 2402.01030).

The layers, from those that import nothing of ours to those that import all:

    errors, contracts   the two families of errors; records and interfaces that all share
    wire, channel       values on the wire; messages between two processes of one machine
    describe, registry  primitives as plain data; environments by entry point
    primitives          what a script sees: House, ...            (contracts and errors only)
    envs                environment adapters: household, ...      (those, and primitives)
    interpreter         runs scripts in a confined process        (never sees an adapter)
    bridge              ZeroMQ between agent and environment      (never sees the agent or a simulator)
    agent, models       the turn loop and what answers in it      (never see ZeroMQ or a simulator)
    trajectories, evaluation, cli

The core never imports ``envs`` or ``primitives``: it finds environments by entry point.
"""

__version__ = "0.1.0"
