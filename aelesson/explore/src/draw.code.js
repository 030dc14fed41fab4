// A code as bars that can be dragged; by keys, a choice of the number and a slider.

import figures from "./draw.json" with { type: "json" };
import { ofCode } from "./draw.words.js";
import { field, h, select } from "./elements.js";

const { limit, usual } = figures;
const SIZE = usual.length;
const SVG = "http://www.w3.org/2000/svg";

// changed() is called when the reader changes the code.
export function makeCode({ changed }) {
  let z = null, own = null, unit = 0;
  let held = null; // by a pointer: its id, and what a swipe that scrolls gives back
  const numbers = Object.fromEntries(usual.map((_, k) => [k, `number ${k + 1}`]));
  const choice = select("unit", numbers, "0");
  const slider = h("input", { type: "range", min: -limit, max: limit, step: 0.1, value: 0 });
  const back = h("button", { type: "button", "aria-disabled": "true" }, "Reset code");
  const output = h("span", { class: "number" }, "–");
  const outside = h("span", {}, "");
  const { svg, bars } = makeBars();
  const caption = h("figcaption", {},
    h("span", {}, `The code z, from −${limit} to ${limit}`),
    h("span", { class: "key band" }, "98 of 100 training digits"), outside);
  const value = h("div", { class: "value" }, field("Value", slider), output);
  const element = h("figure", { class: "code" }, caption, svg,
    h("div", { class: "change" }, field("Change", choice), value, back));

  choice.addEventListener("change", () => { unit = Number(choice.value); draw(); });
  slider.addEventListener("input", () => set(Number(slider.value)));
  back.addEventListener("click", () => { if (own) { own = null; tell(); } });
  svg.addEventListener("pointerdown", (event) => {
    if (!z || held || event.button !== 0) return;
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    held = { id: event.pointerId, own, unit };
    const { left, width } = svg.getBoundingClientRect();
    const place = Math.floor(SIZE * (event.clientX - left) / width);
    unit = Math.min(SIZE - 1, Math.max(0, place));
    choice.value = unit;
    drag(event);
  });
  const ofHeld = (does) => (event) => event.pointerId === held?.id && does(event);
  svg.addEventListener("pointermove", ofHeld(drag));
  svg.addEventListener("lostpointercapture", ofHeld(() => { held = null; }));
  svg.addEventListener("pointercancel", ofHeld(() => {
    ({ own, unit } = held);
    held = null;
    choice.value = unit;
    tell();
  }));

  function drag({ clientY }) {
    const { top, height } = svg.getBoundingClientRect();
    const part = 1 - 2 * (clientY - top) / height;
    set(Math.round(10 * limit * Math.min(1, Math.max(-1, part))) / 10);
  }

  function set(to) {
    if (!z) return draw();
    own = Float32Array.from(own ?? z);
    own[unit] = ofCode(to) === ofCode(z[unit]) ? z[unit] : to;
    if (own.every((value, k) => value === z[k])) own = null;
    tell();
  }

  function tell() {
    draw();
    changed();
  }

  function draw() {
    const code = own ?? z;
    bars.forEach((bar, k) => drawBar(bar, code ? code[k] : 0, usual[k], k === unit));
    slider.value = code ? code[unit] : 0;
    slider.setAttribute("aria-disabled", !code);
    back.setAttribute("aria-disabled", !own);
    slider.setAttribute("aria-valuetext", code ? ofCode(code[unit]) : "nothing drawn");
    output.textContent = code ? ofCode(code[unit]) : "–";
    outside.textContent = code ? beyond(code) : "";
    svg.setAttribute("aria-label", describe(code));
  }

  draw();
  return {
    element,
    // The encoder's code, or null; what the reader changed is forgotten.
    show(code) {
      z = code;
      own = null;
      if (held) held.own = null;
      draw();
    },
    code: () => own ?? z,
    // What the reader changed, or null: the first such number, and how many there are.
    own() {
      if (!own) return null;
      const places = [...own.keys()].filter((k) => own[k] !== z[k]), [k] = places;
      return { unit: k + 1, value: own[k], was: z[k], changed: places.length };
    },
  };
}

const isOutside = (value, [low, high]) => value < low || value > high;

function beyond(code) {
  const count = usual.filter((range, k) => isOutside(code[k], range)).length;
  const far = code.filter((value) => Math.abs(value) > limit).length;
  return `${count || "none"} outside of that${far ? `, ${far} off the scale` : ""}`;
}

function describe(code) {
  if (!code) return "Bars of the code: nothing is drawn yet.";
  const values = [...code].map((value, k) => `${k + 1}: ${ofCode(value)}`);
  return `Bars of the code, ${beyond(code)}. ${values.join(", ")}.`;
}

// A band where a number usually lies, and a bar from 0, for each; y goes from -1 to 1.
function makeBars() {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 -1 ${SIZE} 2`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const add = (name, attributes) => {
    const each = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) each.setAttribute(key, value);
    return svg.appendChild(each);
  };
  const bars = usual.map(([low, high], k) => {
    add("rect", { class: "usual", x: k + 0.08, width: 0.84, y: -high / limit,
      height: (high - low) / limit });
    return add("rect", { class: "bar", x: k + 0.25, width: 0.5 });
  });
  add("line", { class: "zero", x1: 0, x2: SIZE, y1: 0, y2: 0 });
  return { svg, bars };
}

function drawBar(bar, value, range, chosen) {
  const long = Math.min(1, Math.abs(value) / limit);
  bar.setAttribute("y", value > 0 ? -long : 0);
  bar.setAttribute("height", long);
  bar.classList.toggle("odd", isOutside(value, range));
  bar.classList.toggle("chosen", chosen);
}
