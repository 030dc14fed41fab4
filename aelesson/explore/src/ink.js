// What a pen draws, as the 28 x 28 pixels that networks were trained on.
//
// Prepared as MNIST was: into a square of 20 pixels, the centre of mass in the middle.
// Computed from the strokes, so that no canvas has to be read.

const SIDE = 28, BOX = 20;
const RADIUS = 1.2; // of the pen, in pixels; its edge is one pixel soft
const SMALLEST = 0.1; // a dot is not blown up to a digit

// strokes: lists of points [x, y], in any unit; full: the width of the paper in it.
// Pixels in [0, 1], or null where nothing is drawn.
export function digitOf(strokes, full) {
  const points = strokes.flat();
  if (points.length === 0) return null;
  const [left, right] = range(points.map(([x]) => x));
  const [top, bottom] = range(points.map(([, y]) => y));
  const size = Math.max(right - left, bottom - top, SMALLEST * full);
  const scale = (BOX - 2 * RADIUS) / size;
  const middle = [(left + right) / 2, (top + bottom) / 2];
  const at = ([x, y], [toX, toY]) =>
    [toX + scale * (x - middle[0]), toY + scale * (y - middle[1])];
  const centre = SIDE / 2;
  const lines = (to) => strokes.map((stroke) => stroke.map((point) => at(point, to)));
  const [massX, massY] = centreOfMass(rasterise(lines([centre, centre])));
  return rasterise(lines([2 * centre - massX, 2 * centre - massY]));
}

const range = (values) => [Math.min(...values), Math.max(...values)];

export function rasterise(lines) {
  const image = new Float32Array(SIDE * SIDE);
  for (const points of lines) {
    points.forEach((point, n) => addSegment(image, points[Math.max(0, n - 1)], point));
  }
  return image;
}

// Ink where a pixel's centre is nearer to the segment than the pen is wide.
function addSegment(image, [x0, y0], [x1, y1]) {
  const reach = RADIUS + 1, dx = x1 - x0, dy = y1 - y0;
  const length = dx * dx + dy * dy || 1;
  const first = (a, b) => Math.max(0, Math.floor(Math.min(a, b) - reach));
  const last = (a, b) => Math.min(SIDE - 1, Math.ceil(Math.max(a, b) + reach));
  for (let row = first(y0, y1); row <= last(y0, y1); row++) {
    for (let column = first(x0, x1); column <= last(x0, x1); column++) {
      const x = column + 0.5 - x0, y = row + 0.5 - y0;
      const along = Math.min(1, Math.max(0, (x * dx + y * dy) / length));
      const ink = RADIUS + 0.5 - Math.hypot(x - along * dx, y - along * dy);
      const i = row * SIDE + column;
      image[i] = Math.max(image[i], Math.min(1, ink));
    }
  }
}

export function centreOfMass(image) {
  let total = 0, x = 0, y = 0;
  image.forEach((ink, i) => {
    total += ink;
    x += ink * ((i % SIDE) + 0.5);
    y += ink * (Math.floor(i / SIDE) + 0.5);
  });
  return [x / total, y / total];
}
