// Errors against epochs, the errors on a logarithmic axis.

const TOP = 0.3;
const TICKS = [0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002];
const LEFT = 46, RIGHT = 10, UPPER = 8, LOWER = 34;

// curves: [{ kind, points: [[epoch, error]] }]; levels: [{ kind, label, error, end }];
// bottom: the lowest error that has a place
export function drawChart(svg, { epochs, bottom, curves, levels }) {
  const { width, height } = svg.getBoundingClientRect();
  if (width === 0) return;
  const scale = scales(width, height, epochs, bottom);
  const { right } = scale;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.innerHTML = [
    ...TICKS.filter((error) => error >= bottom).map((error) => errorTick(error, scale)),
    ...epochTicks(epochs).map((epoch) => epochTick(epoch, scale)),
    `<text class="axis" x="${right}" y="${height - 2}" text-anchor="end">epoch</text>`,
    ...levels.map((each) => level(each, scale)),
    ...curves.map((each) => curve(each, scale)),
  ].join("");
}

function scales(width, height, epochs, bottom) {
  const right = width - RIGHT, low = height - LOWER;
  const clamp = (error) => Math.min(TOP, Math.max(bottom, error));
  const part = (error) => Math.log(TOP / clamp(error)) / Math.log(TOP / bottom);
  return {
    right, low,
    x: (epoch) => LEFT + ((right - LEFT) * epoch) / epochs,
    y: (error) => UPPER + (low - UPPER) * part(error),
  };
}

function errorTick(error, { x, y, right }) {
  const at = y(error).toFixed(1);
  const label = `x="${LEFT - 6}" y="${at}" dy="0.35em" text-anchor="end"`;
  return `<line class="grid" x1="${x(0)}" x2="${right}" y1="${at}" y2="${at}"/>
    <text class="axis" ${label}>${error}</text>`;
}

// About five whole numbers.
function epochTicks(epochs) {
  const step = [1, 2, 5, 10, 20, 50, 100].find((each) => epochs / each <= 6) ?? 200;
  return Array.from({ length: Math.floor(epochs / step) + 1 }, (_, n) => n * step);
}

const epochTick = (epoch, { x, low }) =>
  `<text class="axis" x="${x(epoch)}" y="${low + 15}" text-anchor="middle">${epoch}</text>`;

function level({ kind, label, error, end }, { x, y, right }) {
  const at = y(error).toFixed(1);
  const place = end ? `x="${right}" text-anchor="end"` : `x="${x(0) + 4}"`;
  return `<line class="${kind}" x1="${x(0)}" x2="${right}" y1="${at}" y2="${at}"/>
    <text class="level" ${place} y="${at}" dy="${end ? -5 : 14}">${label}</text>`;
}

function curve({ kind, points }, { x, y }) {
  const path = points.map(([epoch, error]) =>
    `${x(epoch).toFixed(1)},${y(error).toFixed(1)}`);
  const [lastX, lastY] = path.at(-1)?.split(",") ?? [];
  const head = lastX ? `<circle class="${kind}" cx="${lastX}" cy="${lastY}" r="3"/>` : "";
  return `<polyline class="${kind}" points="${path.join(" ")}"/>${head}`;
}
