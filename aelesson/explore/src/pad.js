// A place to draw a digit, with a choice of real ones for whoever does not draw.

import { field, h, putImage, select } from "./elements.js";
import { digitOf } from "./ink.js";
import { oncePerFrame } from "./stage.js";

const FULL = 100; // the side of the paper
const NONE = "–";
const SVG = "http://www.w3.org/2000/svg";

// changed() is called in a frame in which something changed; image() gives 784 pixels in
// [0, 1], or null.
export function makePad({ changed, label = "Or take a digit" }) {
  let strokes = [], taken = null;
  let pen = null; // the stroke being drawn, and the pointer that draws it: { id, points }
  const draw = oncePerFrame(redraw);
  const paper = document.createElementNS(SVG, "svg");
  const canvas = h("canvas", { width: 28, height: 28, "aria-hidden": true });
  const clear = h("button", { type: "button", onclick: empty }, "Clear");
  const choice = select("digit", { [NONE]: NONE }, NONE);
  const sheet = h("div", { class: "paper" }, canvas, paper);
  const element = h("div", { class: "pad" }, sheet,
    h("div", { class: "buttons" }, field(label, choice), clear));
  let examples = {};

  paper.setAttribute("viewBox", `0 0 ${FULL} ${FULL}`);
  paper.setAttribute("role", "img");
  paper.addEventListener("pointerdown", (event) => {
    if (pen || event.button !== 0) return; // a second finger, or another button
    event.preventDefault(); // no text is selected
    paper.setPointerCapture(event.pointerId);
    if (taken) forget();
    pen = { id: event.pointerId, points: [] };
    strokes.push(pen.points);
    move(event);
  });
  paper.addEventListener("pointermove", (event) => drawn(event) && move(event));
  for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
    paper.addEventListener(end, (event) => { if (drawn(event)) pen = null; });
  }
  choice.addEventListener("change", () => {
    strokes = [];
    taken = examples[choice.value] ?? null;
    draw();
  });

  const drawn = ({ pointerId }) => pen?.id === pointerId;

  function move(event) {
    const { left, top, width } = paper.getBoundingClientRect();
    const all = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of all.length ? all : [event]) {
      pen.points.push([FULL * (clientX - left) / width, FULL * (clientY - top) / width]);
    }
    draw();
  }

  function forget() {
    taken = null;
    choice.value = NONE;
  }

  function empty() {
    forget();
    strokes = [];
    draw();
  }

  function redraw() {
    canvas.hidden = !taken;
    if (taken) putImage(canvas, taken);
    paper.innerHTML = strokes.map((points) =>
      `<polyline points="${[points[0], ...points].map((each) => each.join()).join(" ")}"/>`)
      .join("");
    paper.setAttribute("aria-label", describe());
    changed();
  }

  function describe() {
    if (/^\d$/.test(choice.value)) return `The digit ${choice.value} of the test set.`;
    if (taken) return `Taken: ${choice.value}.`;
    if (strokes.length === 0) return "Paper, empty. Draw a digit here.";
    return `Your drawing, of ${strokes.length} ${strokes.length === 1 ? "stroke" : "strokes"}.`;
  }

  paper.setAttribute("aria-label", describe());
  return {
    element,
    image: () => taken ?? digitOf(strokes, FULL),
    // images: { name: pixels }, for the reader to choose from; chosen: the first one
    offer(images, chosen) {
      examples = images;
      const names = [NONE, ...Object.keys(images)];
      choice.replaceChildren(...names.map((name) => h("option", { value: name }, name)));
      if (strokes.length > 0 || chosen === undefined) return;
      choice.value = chosen;
      taken = images[chosen];
      draw();
    },
  };
}
