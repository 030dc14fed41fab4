"""How each explorable is made: its networks and figures, and the pose of its still.

A recipe is a module with the explorable's name, and has

- `make(static, source)`: writes what pages load, and figures for the JavaScript;
- `pose(page)`: brings the explorable, on a page of a browser, to what its still shows;
- `move(page)`, if a picture shall move: yields at every step that it shows.
"""
