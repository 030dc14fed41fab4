// Mean PSNR against strength, a line per method, and this image's own values as marks.

const TOP = 30, STEP = 5; // dB
const LEFT = 30, RIGHT = 12, UPPER = 8, LOWER = 34;

// Each method's mark: its own shape, for who does not tell colours apart.
const SHAPES = {
  noisy: "M-4,-4L4,4M-4,4L4,-4",
  net: "M-5,0A5,5 0 1 0 5,0A5,5 0 1 0 -5,0Z",
  linear: "M-4.5,-4.5H4.5V4.5H-4.5Z",
  median: "M0,-5.5L5.5,4.5H-5.5Z",
};

export const shape = (kind) =>
  `<svg class="mark" viewBox="-7 -7 14 14" aria-hidden="true"><path class="${kind}" d="${
    SHAPES[kind]}"/></svg>`;

// What the scale does not reach has no mark.
// curves: { kind: [[strength, dB]] }; at: { strength, values: { kind: dB } };
// ticks: strengths; axis: what they are
export function drawChart(svg, { curves, at, ticks, axis }) {
  const { width, height } = svg.getBoundingClientRect();
  if (width === 0) return;
  const right = width - RIGHT, low = height - LOWER, most = ticks.at(-1);
  const x = (strength) => LEFT + ((right - LEFT) * strength) / most;
  const y = (dB) => low - ((low - UPPER) * Math.min(TOP, Math.max(0, dB))) / TOP;
  const levels = Array.from({ length: TOP / STEP + 1 }, (_, n) => n * STEP);
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.innerHTML = [
    ...levels.map((dB) => `<line class="grid" x1="${LEFT}" x2="${right}" y1="${y(dB)}"
      y2="${y(dB)}"/><text x="${LEFT - 6}" y="${y(dB)}" dy="0.35em" text-anchor="end">${
      dB}</text>`),
    ...ticks.filter((_, n) => n % 2 === 0).map((strength) =>
      `<text x="${x(strength)}" y="${low + 15}" text-anchor="middle">${strength}</text>`),
    `<text x="${right}" y="${height - 2}" text-anchor="end">${axis}</text>`,
    `<line class="here" x1="${x(at.strength)}" x2="${x(at.strength)}" y1="${UPPER}"
      y2="${low}"/>`,
    ...Object.entries(curves).map(([kind, points]) =>
      `<polyline class="${kind}" points="${points.map(([strength, dB]) =>
        `${x(strength).toFixed(1)},${y(dB).toFixed(1)}`).join(" ")}"/>`),
    ...Object.entries(at.values).filter(([, dB]) => dB <= TOP).map(
      ([kind, dB]) => `<path class="${kind}"
      transform="translate(${x(at.strength)},${y(dB)})" d="${SHAPES[kind]}"/>`),
  ].join("");
}
