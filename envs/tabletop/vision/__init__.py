"""Knows what is on the table from pictures of the overhead camera alone: never from the simulation.

``records``     what is seen, as plain data
``selfview``    which pixels show the robot itself
``colors``      which pixels have which colour
``surfaces``    points, normals and level patches of a picture
``fits``        rectangles and circles through points
``walls``       upright walls, and where the thing stands whose walls they are
``solids``      blocks, cylinders, trays and zones from their level tops; blocks that others hide, from their walls
``bowls``       bowls from their slanted walls
``detection``   everything in one picture
``sight``       whether a point of the world is hidden in a picture
``tracking``    names, and memory of what is hidden or held
``perception``  the primitives' perception, in the world process
"""
