"""Environment adapters, one folder each, found by entry point. They may import primitives, contracts and errors.

``household``  ALFWorld's household games on TextWorld
``tabletop``   a simulated arm at a table
``workspace``  a Python interpreter with files, and problems to solve in it
``gym_env``    any Gymnasium environment

and what several of them use:

``expert``     what their experts have in common
``unrolled``   lets an expert that plans in programs act one call at a time
``instructed`` what an expert reads of a conversation with a person
``quiet``      keeps the greetings of libraries off the terminal
"""
