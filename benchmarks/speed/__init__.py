"""What does our training loop cost? Run `make bench`.

- `ways`: five ways to train the same network for one epoch;
- `digits`: the images that they train on;
- `timing`: seconds of an epoch, against the other ways and as the work grows;
- `memory`: peak memory of each way, in a fresh process;
- `results`: how much to measure, and what came out;
- `chart`, `page`: the results as `docs/bench.png` and `docs/bench.md`;
- `__main__`: the command;
- `gpu_ways`, `gpu`: three ways on a GPU, and a command of its own that measures them.
"""
