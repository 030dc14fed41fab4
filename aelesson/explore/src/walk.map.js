// The plane of codes as a map: codes of digits, a point to drag, a posterior, a line.

import { h } from "./elements.js";
import { pair } from "./walk.words.js";

const LIMIT = 4.5; // the map shows codes from -LIMIT to LIMIT
const ZOOMED = 0.5; // half the width of the map, close to a posterior
const SVG = "http://www.w3.org/2000/svg";
const UNIT = 100; // of the drawing, for 1 in the code; the second number grows upwards
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// moved(z) is called when the reader moves the point.
export function makeMap({ codes, moved }) {
  const ground = svg({ role: "img" }), over = svg({ "aria-hidden": true });
  const point = h("div", {
    class: "point", tabindex: 0, role: "slider", "aria-label": "The point z",
    "aria-valuemin": -LIMIT, "aria-valuemax": LIMIT, "aria-valuenow": 0,
    "aria-describedby": "how",
  });
  const element = h("div", { class: "map" }, ground, over, point);
  let frame = whole(), z = [0, 0];

  function look(at) {
    frame = at ? { middle: at, half: ZOOMED } : whole();
    const { middle: [x, y], half } = frame;
    const box = [x - half, -y - half, 2 * half, 2 * half].map((each) => UNIT * each);
    if (ground.getAttribute("viewBox") === box.join(" ")) return;
    for (const each of [ground, over]) each.setAttribute("viewBox", box.join(" "));
    ground.innerHTML = circles() + axes(frame) + marks(codes, half);
    ground.setAttribute("aria-label", describe(codes, frame));
  }

  function go(to) {
    const { middle, half } = frame;
    const inside = (value, d) =>
      Math.min(middle[d] + half, Math.max(middle[d] - half, value));
    const limited = (value) => Math.min(LIMIT, Math.max(-LIMIT, value));
    moved(to.map(inside).map(limited));
  }

  function under({ clientX, clientY }) {
    const { left, top, width } = element.getBoundingClientRect();
    const { middle: [x, y], half } = frame;
    const part = (at, from) => 2 * half * (at - from) / width - half;
    return [x + part(clientX, left), y - part(clientY, top)];
  }

  const home = () => go(frame.middle);
  listen(element, point, { go, home, under, step: (by, large) => {
    const size = (large ? 0.5 : 0.1) * frame.half / LIMIT;
    go(z.map((value, d) => value + size * by[d]));
  } });
  look(null);
  return {
    element,
    look,
    // digit: { mean, std } or null; path: codes on a line, or none
    draw(at, digit, path) {
      z = at;
      const { middle: [x, y], half } = frame;
      point.style.left = `${50 + 50 * (z[0] - x) / half}%`;
      point.style.top = `${50 - 50 * (z[1] - y) / half}%`;
      point.setAttribute("aria-valuenow", z[0].toFixed(2));
      point.setAttribute("aria-valuetext", `z = ${pair(z)}`);
      over.innerHTML = walked(path, half) + ellipses(digit, half);
    },
  };
}

const whole = () => ({ middle: [0, 0], half: LIMIT });

function svg(attributes) {
  const element = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

// A mouse drags from anywhere, a finger from the point alone: elsewhere it scrolls the
// page, or taps. One pointer at a time: a second finger changes nothing.
function listen(element, point, { go, home, under, step }) {
  let held = null, tapping = false; // held: the id of the pointer that is down
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || ![null, event.pointerId].includes(held)) return;
    held = event.pointerId;
    tapping = event.pointerType === "touch" && event.target !== point;
    if (tapping) return;
    event.preventDefault();
    point.focus({ preventScroll: true, focusVisible: false });
    element.setPointerCapture(event.pointerId);
    go(under(event));
  });
  element.addEventListener("pointermove", (event) => {
    if (event.pointerId === held && !tapping) go(under(event));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    element.addEventListener(end, (event) => {
      if (event.pointerId !== held) return;
      held = null;
      if (tapping && end === "pointerup") go(under(event));
    });
  }
  point.addEventListener("keydown", (event) => {
    const by = STEPS[event.key] ?? (event.key === "Home" ? "home" : null);
    if (!by) return;
    event.preventDefault();
    if (by === "home") home();
    else step(by, event.shiftKey);
  });
}

// ---- what lies still --------------------------------------------------------------

const circles = () => [3, 2, 1].map((r) => `<circle class="prior" r="${r * UNIT}"/>`).join("");

function axes({ middle: [x, y], half }) {
  const left = UNIT * (x - half), top = UNIT * (-y - half), side = 2 * UNIT * half;
  return `<path class="axis" d="M${left} 0h${side}M0 ${top}v${side}"/>` +
    (half < LIMIT ? "" : names());
}

function names() {
  const end = UNIT * LIMIT;
  const text = (x, y, words, anchor) =>
    `<text class="axis" x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
  const rings = [1, 2, 3].map((r) => text(0, -UNIT * r - 6, r, "middle"));
  return rings.join("") + text(end - 10, -10, "z₁", "end") + text(10, 34 - end, "z₂", "start");
}

// One element per class: a place for every character.
function marks({ z, labels }, half) {
  const size = 24 * half / LIMIT;
  return Array.from({ length: 10 }, (_, digit) => {
    const places = [...labels].flatMap((each, n) => (Number(each) === digit ? [n] : []));
    const x = places.map((n) => drawn(z[2 * n])).join(" ");
    const y = places.map((n) => drawn(-z[2 * n + 1], 0.35 * size)).join(" ");
    return `<text class="code c${digit}" x="${x}" y="${y}" text-anchor="middle" ` +
      `style="font-size: ${size}px">${String(digit).repeat(places.length)}</text>`;
  }).join("");
}

const drawn = (value, more = 0) => (UNIT * value + more).toFixed(2);

function describe({ labels }, { middle, half }) {
  const where = half < LIMIT ? `, close to ${pair(middle)}` : "";
  return `Map of the plane of codes${where}. Each mark is the code of one of ` +
    `${labels.length} validation digits, and shows its class. Circles: 1, 2 and 3 ` +
    "standard deviations of the prior.";
}

// ---- what moves -------------------------------------------------------------------

function ellipses(digit, half) {
  if (!digit) return "";
  const [x, y] = digit.mean.map((each) => UNIT * each);
  const [a, b] = digit.std.map((each) => UNIT * each);
  const ellipse = (k) =>
    `<ellipse class="posterior" cx="${x}" cy="${-y}" rx="${k * a}" ry="${k * b}"/>`;
  return ellipse(2) + ellipse(1) + name(x + 1.6 * a, y + 1.6 * b, half, "x");
}

const name = (x, y, half, text) =>
  `<text class="name" x="${x + 3 * half}" y="${-y - 3 * half}" ` +
  `style="font-size: ${7 * half}px">${text}</text>`;

function walked(path, half) {
  if (path.length === 0) return "";
  const points = path.map(([x, y]) => [UNIT * x, -UNIT * y]);
  const dots = points.map(([x, y]) =>
    `<circle class="step" cx="${x}" cy="${y}" r="${1.6 * half}"/>`);
  return `<polyline class="walked" points="${points.join(" ")}"/>${dots.join("")}` +
    name(points.at(-1)[0], -points.at(-1)[1], half, "x′");
}
