// Codes of three numbers as points in space: how they are turned, and who is near whom.

// Views from a half sphere, 10 degrees apart. From the other side the picture is
// the same one in a mirror, and near points stay near.
const STEP = 10;
export const VIEWS = Array.from({ length: 90 / STEP + 1 }, (_, row) => {
  const tilt = row * STEP;
  const around = tilt === 90 ? STEP : tilt === 0 ? 180 : 360;
  return Array.from({ length: around / STEP }, (_, n) => ({ turn: n * STEP, tilt }));
}).flat();

// codes: three numbers per digit. points: the same around their mean, in units of a
// distance within which all but one in twenty lie.
export function makeSpace(codes) {
  const count = codes.length / 3;
  const mean = [0, 0, 0];
  codes.forEach((value, i) => { mean[i % 3] += value / count; });
  const points = Float32Array.from(codes, (value, i) => value - mean[i % 3]);
  const far = Array.from({ length: count }, (_, n) => Math.hypot(...row(points, n)));
  const unit = far.sort((a, b) => a - b)[Math.floor(0.95 * (count - 1))] || 1;
  return { codes, unit, points: points.map((value) => value / unit) };
}

export const row = (rows, n) => rows.subarray(3 * n, 3 * n + 3);

// Three directions at right angles: right and up in the picture, and towards the reader.
// Without turn and tilt, z1 points right, z3 up, and z2 away.
export function axesOf({ turn, tilt }) {
  const [c, s] = cosSin(turn), [d, t] = cosSin(tilt);
  return [[c, s, 0], [-s * t, c * t, d], [s * d, -c * d, t]];
}

function cosSin(degrees) {
  const angle = (degrees * Math.PI) / 180;
  return [Math.cos(angle), Math.sin(angle)];
}

// Right, up and depth of every point: a picture without perspective is a linear map
// from three numbers to two.
export function project(points, axes, out = new Float32Array(points.length)) {
  for (let i = 0; i < points.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const axis = axes[k];
      out[i + k] = axis[0] * points[i] + axis[1] * points[i + 1] + axis[2] * points[i + 2];
    }
  }
  return out;
}

// How many of some points have one of their own class as their nearest other one, as a
// share. With flat, depth does not count: nearest is then nearest in the picture.
export function sameNearest(rows, labels, members, flat = false) {
  const count = members.length;
  const least = new Float64Array(count).fill(Infinity);
  const nearest = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const a = 3 * members[i];
    for (let j = i + 1; j < count; j++) {
      const b = 3 * members[j];
      const right = rows[a] - rows[b], up = rows[a + 1] - rows[b + 1];
      const depth = flat ? 0 : rows[a + 2] - rows[b + 2];
      const square = right * right + up * up + depth * depth;
      if (square < least[i]) { least[i] = square; nearest[i] = members[j]; }
      if (square < least[j]) { least[j] = square; nearest[j] = members[i]; }
    }
  }
  const same = members.filter((n, i) => labels[nearest[i]] === labels[n]);
  return same.length / count;
}

// What the same share would be if neighbours were drawn at random.
export function byChance(labels, members) {
  const counts = new Map();
  for (const n of members) counts.set(labels[n], (counts.get(labels[n]) ?? 0) + 1);
  const pairs = [...counts.values()].reduce((sum, count) => sum + count * (count - 1), 0);
  return pairs / (members.length * (members.length - 1));
}

// The k nearest others of point n, the nearest first.
export function neighbours(points, n, k) {
  const [x, y, z] = row(points, n);
  const others = Array.from({ length: points.length / 3 }, (_, other) => {
    const [a, b, c] = row(points, other);
    return { other, square: (a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2 };
  });
  others.splice(n, 1);
  return others.sort((a, b) => a.square - b.square).slice(0, k).map(({ other }) => other);
}

// Try every view; wait() lets the page draw in between. Returns the view in whose
// picture the share is the highest, and that in whose it is the lowest.
export async function extremes(points, labels, members, wait) {
  const found = { best: { share: -1 }, worst: { share: 2 } };
  for (const view of VIEWS) {
    const picture = project(points, axesOf(view));
    const share = sameNearest(picture, labels, members, true);
    if (share > found.best.share) found.best = { ...view, share };
    if (share < found.worst.share) found.worst = { ...view, share };
    await wait();
  }
  return found;
}
