"""How long a page's own work takes in the frames that it draws."""

FRAME = 16  # milliseconds, of which there are 60 in a second
IDLE = 0.2  # milliseconds: less is no drawing
WATCH = f"""
  window.frames = [];
  const before = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (call) => before((now) => {{
    const start = performance.now();
    call(now);
    const took = performance.now() - start;
    if (took > {IDLE}) window.frames.push(took);
  }});
"""


def forget_frames(page):
    page.evaluate("window.frames.length = 0")


def usual_frame(page, at_least):
    """Return the median of the frames seen, in milliseconds.

    Not the slowest: on a busy machine other programs hold up some of them.
    """
    frames = sorted(page.evaluate("[...window.frames]"))
    assert len(frames) >= at_least
    return frames[len(frames) // 2]
