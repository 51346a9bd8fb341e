"""The native engine's parts: reads ALFWorld's game files and plays them as TextWorld does, without TextWorld.

``formulas``   conditions, as they are read
``pddl``       reads domains and problems
``grammar``    reads the grammar: commands, rules, symbols, queries
``memo``       remembers a result by exactly those parts of the state that it was computed from
``tables``     patterns of lookup in facts, and the facts of one game behind them
``conditions`` compiles PDDL conditions to lookups
``words``      compiles the grammar to functions that write text
``rulebook``   one domain and one grammar, compiled
``world``      one game: its objects, its initial state, what its actions change
``reach``      whether a goal can be reached at all

State is a dictionary from slot to the facts that a lookup finds there. Everything computed from it (which commands can
be given, what is answered, whether the goal holds) is remembered by the slots that were read.
"""
