// What the reader sees of noise and cleaning, and what can be chosen.

import { field, h, img, putImage, select } from "./elements.js";
import { drawChart, shape } from "./noise.chart.js";
import { curvesOf, fullMap, images, rank, strengths } from "./noise.means.js";
import { CLEANERS, bestOf, decibels, verdict } from "./noise.words.js";
import { BLOT, SIDE } from "./noises.js";
import { makePad } from "./pad.js";

const NOISES = {
  gaussian: "Gaussian", salt: "salt and pepper", masking: "masking", brush: "blots and brush",
};
const TRAINED = { all: "the first three noises", gaussian: "Gaussian noise alone" };
const AXES = {
  gaussian: "standard deviation of the noise", salt: "share of pixels black or white",
  masking: "share of pixels lost", brush: "blots thrown",
};
const METHODS = {
  clean: "Clean", noisy: "Noisy", net: "Network", linear: "Linear map", median: "Median 3 × 3",
};
const SCORED = ["noisy", ...CLEANERS];

// asked: what to do when something is chosen, painted, drawn anew
export function makeView(asked) {
  const pad = makePad({ changed: asked.changed });
  const controls = makeControls(asked);
  const pictures = makePictures(asked.paint);
  const words = h("p", { role: "status", class: "verdict" });
  const table = makeTable(), chart = makeChart();
  const element = h("section", { class: "explorable", "aria-label": "Clean a noisy digit" },
    h("div", { class: "choose" }, pad.element, controls.element),
    h("div", { class: "watch" }, pictures.element, words, table.element, chart.element));
  return {
    element,
    chosen: controls.chosen,
    image: pad.image,
    offer: (digits) => pad.offer(digits, "3"),
    draw(seen) {
      const text = verdict(seen);
      if (words.textContent !== text) words.textContent = text; // said where it is new
      controls.draw(seen);
      for (const each of [pictures, table, chart]) each.draw(seen);
    },
  };
}

// ---- what can be chosen -----------------------------------------------------------

function makeControls({ changed, again, wipe }) {
  const places = { gaussian: 5, salt: 3, masking: 5, brush: 4 }; // of the strengths
  const noise = select("noise", NOISES, "gaussian");
  const trained = select("trained", TRAINED, "all");
  const strength = h("input", { type: "range", name: "strength", min: 0, step: 1 });
  const amount = h("span", {});
  const renew = h("button", { type: "button", "aria-describedby": "no-noise" }, "New noise");
  const none = h("p", { class: "how", id: "no-noise" },
    "At strength 0 there is no noise to draw anew.");
  const clean = h("button", { type: "button", onclick: wipe }, "Wipe my paint");
  const how = h("p", { class: "how" },
    "Paint on the noisy image, or throw blots: more strength, more blots.");
  const colour = select("colour", { white: "white", black: "black" }, "white");
  const brush = h("div", { class: "brush" }, how, field("My brush", colour));

  noise.addEventListener("change", () => { setRange(); changed(); });
  renew.addEventListener("click", () => { if (none.hidden) again(); });
  strength.addEventListener("input", () => {
    places[noise.value] = Number(strength.value);
    changed();
  });
  trained.addEventListener("change", changed);
  colour.addEventListener("change", changed);
  function setRange() {
    strength.max = strengths[noise.value].length - 1;
    strength.value = places[noise.value];
  }
  setRange();

  return {
    element: h("div", { class: "controls" }, field("Noise", noise),
      h("label", { class: "field" }, h("span", {}, "Strength: ", amount), strength),
      brush, h("div", { class: "buttons" }, renew, clean), none,
      field("Network and linear map trained on", trained)),
    chosen: () => ({ noise: noise.value, trained: trained.value, colour: colour.value,
      place: places[noise.value] }),
    draw({ noise, place, byHand }) {
      const text = inWords(noise, strengths[noise][place]);
      if (amount.textContent !== text) amount.textContent = text;
      strength.setAttribute("aria-valuetext", text);
      brush.hidden = noise !== "brush";
      none.hidden = strengths[noise][place] > 0;
      renew.setAttribute("aria-disabled", !none.hidden);
      clean.hidden = noise !== "brush";
      clean.setAttribute("aria-disabled", !byHand);
    },
  };
}

function inWords(noise, strength) {
  if (noise === "gaussian") return `standard deviation ${strength}`;
  if (noise === "brush") return `${strength} ${strength === 1 ? "blot" : "blots"}`;
  return `${Math.round(100 * strength)}\u00a0% of the pixels`;
}

// ---- images -----------------------------------------------------------------------

function makePictures(paint) {
  const all = Object.entries(METHODS).map(([name, title]) => {
    const canvas = img("canvas", { width: SIDE, height: SIDE });
    const score = h("span", { class: "score" }), winner = h("span", { class: "winner" });
    const element = h("figure", { class: name }, canvas,
      h("figcaption", {}, h("span", {}, title), score, winner));
    return { name, title, canvas, score, winner, element };
  });
  const noisy = all.find(({ name }) => name === "noisy").canvas;
  let colour = null; // of the brush, where there is one
  listenToBrush(noisy, () => colour, paint);

  return {
    element: h("div", { class: "pictures" }, ...all.map(({ element }) => element)),
    draw({ answers, scores, noise, colour: chosen }) {
      colour = noise === "brush" && answers.noisy ? Number(chosen === "white") : null;
      noisy.classList.toggle("paintable", colour !== null);
      const best = scores.net ? bestOf(scores) : [];
      for (const { name, title, canvas, score, winner, element } of all) {
        putImage(canvas, answers[name] ?? new Float32Array(SIDE * SIDE).fill(0.5));
        const value = scores[name] ? `${decibels(scores[name].psnr)} dB` : "";
        score.textContent = name === "clean" ? "" : value || "–";
        winner.textContent = best.includes(name) ? "best" : "";
        element.classList.toggle("best", best.includes(name));
        canvas.setAttribute("aria-label", answers[name] ?
          [title, value].filter(Boolean).join(", ") : `${title}: nothing yet`);
      }
    },
  };
}

// Blots along the way of the pointer, half a radius apart.
function listenToBrush(canvas, colourNow, paint) {
  let pen = null, last = null; // the pointer that paints, and where it was
  const at = ({ clientX, clientY }) => {
    const { left, top, width } = canvas.getBoundingClientRect();
    return { x: SIDE * (clientX - left) / width, y: SIDE * (clientY - top) / width };
  };
  const stroke = (to) => {
    const colour = colourNow(), from = last ?? to;
    const steps = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / (BLOT / 2)));
    paint(Array.from({ length: steps }, (_, n) => ({ colour,
      x: from.x + (to.x - from.x) * (n + 1) / steps,
      y: from.y + (to.y - from.y) * (n + 1) / steps })));
    last = to;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (colourNow() === null || pen !== null || event.button !== 0) return;
    event.preventDefault();
    canvas.setPointerCapture(event.pointerId);
    pen = event.pointerId;
    stroke(at(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pen) return;
    const all = event.getCoalescedEvents?.() ?? [];
    for (const each of all.length ? all : [event]) stroke(at(each));
  });
  canvas.addEventListener("lostpointercapture", (event) => {
    if (event.pointerId === pen) pen = last = null;
  });
}

// ---- numbers ----------------------------------------------------------------------

const COLUMNS = { psnr: "PSNR, dB", falseInk: "False ink", missingInk: "Missing ink" };

function makeTable() {
  const cells = {}; // "name.column.whose" -> td
  const cell = (key) => (cells[key] = h("td", {}, "–"));
  const rows = SCORED.map((name) => h("tr", {}, h("th", { scope: "row" }, METHODS[name]),
    ...Object.keys(COLUMNS).flatMap((column) =>
      ["here", "mean"].map((whose) => cell(`${name}.${column}.${whose}`)))));
  const groups = Object.values(COLUMNS).map((title) =>
    h("th", { scope: "colgroup", colspan: 2 }, title));
  const heads = Object.keys(COLUMNS).flatMap(() => ["here", "mean"]).map((text) =>
    h("th", { scope: "col" }, text));
  const caption = `Here: this image. Mean: ${images} validation digits, at this strength. ` +
    "Ink: pixels above 0.5; false where the clean digit has none, missing where it has some. ";
  const about = h("span", {});
  return {
    element: h("table", {}, h("caption", {}, caption, about),
      h("thead", {}, h("tr", {}, h("td", {}), ...groups), h("tr", {}, h("td", {}), ...heads)),
      h("tbody", {}, ...rows)),
    draw({ noise, place, trained, scores, means }) {
      about.textContent = `The linear map has rank ${rank}; of full rank, too large a ` +
        `file, its mean would be ${decibels(fullMap(noise, place, trained))} dB.`;
      const write = (all, whose, ink) => SCORED.forEach((name) => {
        for (const column of Object.keys(COLUMNS)) {
          const value = all[name]?.[column];
          const text = column === "psnr" ? decibels : ink;
          cells[`${name}.${column}.${whose}`].textContent = value == null ? "–" : text(value);
        }
      });
      write(scores, "here", String);
      write(means, "mean", (value) => value.toFixed(0));
    },
  };
}

function makeChart() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("role", "img");
  svg.setAttribute("class", "chart");
  const key = (name) => {
    const element = h("span", { class: `key ${name}` });
    element.innerHTML = shape(name);
    element.append(METHODS[name]);
    return element;
  };
  const title = "PSNR in dB: lines, the means; marks, this image";
  return {
    element: h("figure", {}, h("figcaption", {}, h("span", {}, title), ...SCORED.map(key)), svg),
    draw({ noise, place, trained, scores, means }) {
      const values = Object.fromEntries(Object.entries(scores).map(([name, { psnr }]) =>
        [name, psnr]));
      drawChart(svg, {
        curves: curvesOf(noise, trained), ticks: strengths[noise], axis: AXES[noise],
        at: { strength: strengths[noise][place], values },
      });
      const said = SCORED.map((name) => `${METHODS[name]} ${decibels(means[name].psnr)}`);
      svg.setAttribute("aria-label", `Mean PSNR in dB against the ${AXES[noise]}. ` +
        `At ${strengths[noise][place]}: ${said.join(", ")}.`);
    },
  };
}
