"""Any game of TextWorld as an environment: ``textworld:FILE``, or a folder of games.

``environment``  options, guide and tasks: what the entry point names
``adapter``      one game in play behind the ``game`` primitive
``playing``      what plays the files, one class for each format; the only module that imports TextWorld
``story_file`` looks at a Z-machine file before it is played
``commands``     which commands a game is given
``wording``      what the interpreter adds to a game's words, taken away
"""

from embodied_codeact.envs.textworld_game.environment import TextGameEnvironment, TextGameOptions

environment = TextGameEnvironment()

__all__ = ["TextGameEnvironment", "TextGameOptions", "environment"]
