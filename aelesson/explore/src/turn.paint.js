// The picture: every digit a mark in the colour of its class, the farthest drawn first.

import { DIGITS, readable, rgb } from "./turn.colours.js";
import { axesOf, project } from "./turn.space.js";

const LEVELS = 8; // sizes of marks, from the back to the front
const FILL = 0.94; // of the half height, by the unit of a space
const REACH = 16; // pixels between a pointer and what it means

// coloured(colours): called with the colours of the ten digits whenever they change
export function makePainter(canvas, coloured) {
  const context = canvas.getContext("2d");
  let marks, made = ""; // for which theme and size
  let picture = new Float32Array(0), place = null; // of what was drawn last

  // points in space; labels; shown(n): whether n is one of the chosen classes
  function draw({ points, labels, view, shown, chosen, near, pointed }) {
    const { width, height, ratio } = fit(canvas);
    if (width === 0) return null;
    const style = getComputedStyle(canvas);
    const theme = `${style.getPropertyValue("--ex-field")} ${height} ${ratio}`;
    if (made !== theme) {
      marks = makeMarks(style, height * ratio);
      made = theme;
      coloured(marks.map(({ colour }) => colour));
    }
    const axes = axesOf(view);
    if (picture.length !== points.length) picture = new Float32Array(points.length);
    project(points, axes, picture);
    const scale = (FILL * Math.min(width, height)) / 2;
    place = { x: (n) => width / 2 + scale * picture[3 * n],
      y: (n) => height / 2 - scale * picture[3 * n + 1], shown };
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    drawAxes(context, axes, { width, height, scale }, style);
    drawMarks(context, { labels, picture, place, shown, marks, ratio });
    drawChosen(context, place, { chosen, near }, style);
    if (pointed !== null) drawName(context, place, pointed, labels, style, width);
    return { picture, outside: countOutside(place, picture.length / 3, width, height) };
  }

  // Which digit a pointer means, or null; among those under it, the nearest to it.
  function at(x, y) {
    let best = null, least = REACH * REACH;
    for (let n = 0; place && n < picture.length / 3; n++) {
      const square = (place.x(n) - x) ** 2 + (place.y(n) - y) ** 2;
      if (square < least && place.shown(n)) { least = square; best = n; }
    }
    return best;
  }

  return { draw, at };
}

// As many pixels as the screen has there.
function fit(canvas) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const ratio = Math.min(2, devicePixelRatio || 1);
  const wide = Math.round(width * ratio), high = Math.round(height * ratio);
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
  }
  return { width, height, ratio };
}

// A small canvas for each digit in each size: to copy one is quicker than to write it.
function makeMarks(style, height) {
  const ground = rgb(style.getPropertyValue("--ex-field"));
  return DIGITS.map((hex, digit) => {
    const { colour, fade } = readable(rgb(hex), ground);
    const edge = `rgb(${ground.join()})`;
    const sizes = Array.from({ length: LEVELS }, (_, level) =>
      mark(String(digit), colour, edge, height * (0.026 + 0.02 * level / (LEVELS - 1))));
    const dot = mark("·", style.getPropertyValue("--ex-line"), edge, 0.045 * height);
    return { colour, fade, sizes, dot };
  });
}

// An edge in the colour of the ground parts a mark from what lies behind it.
function mark(text, colour, edge, size) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.ceil(1.4 * size);
  const context = canvas.getContext("2d");
  Object.assign(context, { fillStyle: colour, textAlign: "center", textBaseline: "middle" });
  Object.assign(context, { strokeStyle: edge, lineWidth: 0.16 * size, lineJoin: "round" });
  context.font = `600 ${size}px system-ui, sans-serif`;
  const at = [canvas.width / 2, 0.54 * canvas.height];
  context.strokeText(text, ...at);
  context.fillText(text, ...at);
  return canvas;
}

function drawMarks(context, { labels, picture, place, shown, marks, ratio }) {
  const order = Array.from({ length: labels.length }, (_, n) => n);
  order.sort((a, b) => picture[3 * a + 2] - picture[3 * b + 2]);
  for (const visible of [false, true]) { // the others stay in the background
    for (const n of order) {
      if (shown(n) !== visible) continue;
      const { fade, sizes, dot } = marks[labels[n]];
      const front = Math.min(1, Math.max(0, 0.5 + 0.5 * picture[3 * n + 2]));
      const sprite = visible ? sizes[Math.round(front * (LEVELS - 1))] : dot;
      const side = sprite.width / ratio;
      context.globalAlpha = visible ? fade + (1 - fade) * front : 0.5;
      context.drawImage(sprite, place.x(n) - side / 2, place.y(n) - side / 2, side, side);
    }
  }
  context.globalAlpha = 1;
}

// The directions of the three numbers, from the mean code.
function drawAxes(context, axes, { width, height, scale }, style) {
  const [x, y] = [width / 2, height / 2];
  context.strokeStyle = context.fillStyle = style.getPropertyValue("--ex-line");
  context.font = "italic 13px system-ui, sans-serif";
  Object.assign(context, { lineWidth: 1, textAlign: "center", textBaseline: "middle" });
  for (let k = 0; k < 3; k++) {
    const right = scale * axes[0][k], up = scale * axes[1][k];
    context.beginPath();
    context.moveTo(x, y);
    context.lineTo(x + 0.9 * right, y - 0.9 * up);
    context.stroke();
    context.fillText(`z${"₁₂₃"[k]}`, x + right, y - up);
  }
}

// Rings, and lines from a digit to its neighbours in the code.
function drawChosen(context, { x, y }, { chosen, near }, style) {
  const ring = (n, radius, width) => {
    context.beginPath();
    context.arc(x(n), y(n), radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.stroke();
  };
  context.strokeStyle = style.getPropertyValue("--ex-accent");
  for (const n of near) {
    context.beginPath();
    context.lineWidth = 1;
    context.moveTo(x(chosen), y(chosen));
    context.lineTo(x(n), y(n));
    context.stroke();
    ring(n, 9, 1.25);
  }
  ring(chosen, 12, 3);
}

function drawName(context, { x, y }, n, labels, style, width) {
  const text = `${labels[n]}, number ${n}`;
  context.font = "600 13px system-ui, sans-serif";
  const wide = context.measureText(text).width + 14;
  const left = Math.min(width - wide - 2, Math.max(2, x(n) - wide / 2));
  const top = y(n) > 44 ? y(n) - 40 : y(n) + 16;
  context.fillStyle = style.getPropertyValue("--ex-accent");
  context.fillRect(left, top, wide, 24);
  context.fillStyle = style.getPropertyValue("--ex-on-accent");
  Object.assign(context, { textAlign: "left", textBaseline: "middle" });
  context.fillText(text, left + 7, top + 12);
}

function countOutside({ x, y, shown }, count, width, height) {
  let outside = 0;
  for (let n = 0; n < count; n++) {
    const inside = x(n) > 0 && x(n) < width && y(n) > 0 && y(n) < height;
    if (!inside && shown(n)) outside += 1;
  }
  return outside;
}
