"""Environment adapters, one folder each, found by entry point. They may import primitives, contracts and errors.

``household``  ALFWorld's household games on TextWorld
"""
