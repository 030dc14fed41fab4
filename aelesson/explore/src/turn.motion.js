// What turns the picture: a pointer, the arrow keys, its own slow turn at the start.

const DRAG = 0.5; // degrees a pixel
const KEY = 5; // degrees a press
const SLOW = 9; // degrees a second
const COAST = 250; // milliseconds in which a swing loses most of its speed
const CLICK = 5; // pixels that a click may slip

// moved() after every change; pointed(x, y), or pointed(null); picked(x, y)
export function makeMotion(canvas, { moved, pointed, picked }) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const view = { turn: 30, tilt: 20 };
  let spinning = !calm.matches, seen = true;
  let swing = [0, 0]; // degrees a millisecond
  let grip = null; // where a pointer holds the picture
  let last = null, frame = 0;

  function turnBy(turn, tilt) {
    view.turn = (view.turn + turn + 360) % 360;
    view.tilt = Math.min(90, Math.max(-90, view.tilt + tilt));
    moved();
  }

  function spin(on) {
    spinning = on && !calm.matches;
    swing = [0, 0];
    go();
    moved();
  }

  const moves = () => seen && !grip && (spinning || Math.hypot(...swing) > 0.004);

  function go() {
    if (frame || !moves()) return;
    last = null;
    frame = requestAnimationFrame(step);
  }

  function step(now) {
    frame = 0;
    if (!moves()) return;
    const passed = Math.min(50, now - (last ?? now));
    last = now;
    if (spinning) turnBy((SLOW * passed) / 1000, 0);
    else coast(passed);
    frame = requestAnimationFrame(step);
  }

  function coast(passed) {
    turnBy(swing[0] * passed, swing[1] * passed);
    swing = swing.map((speed) => speed * Math.exp(-passed / COAST));
    if (Math.hypot(...swing) <= 0.004) moved(); // at rest
  }

  const here = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    return [event.clientX - left, event.clientY - top];
  };

  canvas.addEventListener("pointerdown", (event) => {
    if (grip || event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    spin(false);
    const [x, y] = here(event);
    grip = { id: event.pointerId, x, y, time: event.timeStamp, way: 0 };
  });

  canvas.addEventListener("pointermove", (event) => {
    const [x, y] = here(event);
    if (!grip) {
      if (spinning && event.pointerType === "mouse") spin(false);
      return pointed(x, y);
    }
    if (event.pointerId !== grip.id) return;
    const right = x - grip.x, down = y - grip.y;
    const passed = Math.max(1, event.timeStamp - grip.time);
    grip = { ...grip, x, y, time: event.timeStamp, way: grip.way + Math.hypot(right, down) };
    swing = [-DRAG * right / passed, DRAG * down / passed];
    if (grip.way > CLICK) pointed(null);
    turnBy(-DRAG * right, DRAG * down);
  });

  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    canvas.addEventListener(end, (event) => {
      if (event.pointerId !== grip?.id) return;
      const { way, time } = grip;
      grip = null;
      if (calm.matches || way <= CLICK || event.timeStamp - time > 60) swing = [0, 0];
      if (end === "pointerup" && way <= CLICK) picked(...here(event));
      go();
      moved();
    });
  }
  canvas.addEventListener("pointerleave", () => pointed(null));

  // As a drag in the same direction.
  const KEYS = {
    ArrowLeft: [KEY, 0], ArrowRight: [-KEY, 0], ArrowUp: [0, -KEY], ArrowDown: [0, KEY],
  };
  canvas.addEventListener("keydown", (event) => {
    const way = KEYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault(); // the page does not scroll
    spin(false);
    turnBy(...way);
  });

  const watcher = new IntersectionObserver(([{ isIntersecting }]) => {
    seen = isIntersecting;
    go();
  });
  watcher.observe(canvas);
  const eased = () => { spin(false); };
  calm.addEventListener("change", eased);
  go();

  return {
    view, spin,
    spins: () => spinning,
    rests: () => !grip && !spinning && Math.hypot(...swing) <= 0.004,
    mayMove: () => !calm.matches,
    look({ turn, tilt }) {
      Object.assign(view, { turn, tilt });
      spin(false);
    },
    end() {
      watcher.disconnect();
      calm.removeEventListener("change", eased);
      cancelAnimationFrame(frame);
    },
  };
}
