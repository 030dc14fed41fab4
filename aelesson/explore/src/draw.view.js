// What the reader sees of a drawing.

import figures from "./draw.json" with { type: "json" };
import { error, sameLabels } from "./draw.words.js";
import { fact, h, imageRow, img, putImage } from "./elements.js";

const PIXELS = 784;
export const NEIGHBOURS = 8;
const percent = (share) => `${(100 * share).toFixed(1)}\u00a0%`;

export function makeView({ pad, code }) {
  const words = h("p", { role: "status", class: "verdict" });
  const pictures = makePictures(), scale = makeScale(), near = makeNeighbours();
  const element = h("section", { class: "explorable", "aria-label": "Draw a digit" },
    h("div", { class: "choose" }, pad.element, words),
    h("div", { class: "watch" }, pictures.element, scale.element, code.element,
      near.element, makeTable()));
  return {
    element,
    draw(state, said) {
      if (words.textContent !== said) words.textContent = said;
      for (const each of [pictures, scale, near]) each.draw(state);
    },
  };
}

// ---- the three pictures -------------------------------------------------------------

const NOTHING = new Float32Array(PIXELS).fill(0.5);

function makePictures() {
  const all = ["x", "network", "pca"].map((name) => {
    const canvas = img("canvas", { width: 28, height: 28, class: name });
    const { element, title, say } = fact(name);
    return { canvas, title, say, element: h("figure", {}, canvas, h("dl", {}, element)) };
  });
  const [x, network, pca] = all;

  function show({ canvas, title, say }, image, name, value, description) {
    putImage(canvas, image ?? NOTHING);
    title.textContent = name;
    say(value);
    canvas.setAttribute("aria-label", image ? description : `${name}: nothing yet.`);
  }
  const mse = (picture) => (picture ? `MSE ${error(picture.error)}` : "–");

  return {
    element: h("div", { class: "pictures" }, ...all.map((each) => each.element)),
    draw({ x: image, shown, byPca, own }) {
      const whose = own ? "x̂, of your code" : "x̂, autoencoder";
      show(x, image, "x, centred", image ? "784 pixels" : "–",
        "The drawing as 28 by 28 pixels, its mass in the middle.");
      show(network, shown?.xHat, whose, mse(shown), own ?
        `What the decoder makes of your code; ${mse(shown)} per pixel.` :
        `What the autoencoder makes of it; ${mse(shown)} per pixel.`);
      show(pca, byPca?.xHat, "x̂, PCA-32", mse(byPca),
        `What PCA with 32 components makes of it; ${mse(byPca)} per pixel.`);
    },
  };
}

// ---- the errors on a scale ----------------------------------------------------------

const LOW = 0.001, HIGH = 0.2; // of the errors that have a place

function place(value) {
  const part = Math.log(value / LOW) / Math.log(HIGH / LOW);
  return 100 * Math.min(1, Math.max(0, part));
}

function makeScale() {
  const rows = { network: "Autoencoder", pca: "PCA-32" };
  const strips = Object.fromEntries(Object.keys(rows).map((name) => [name, makeStrip(name)]));
  const ticks = [0.001, 0.01, 0.1].map((value) =>
    h("span", { style: `left: ${place(value)}%` }, String(value)));
  const grid = Object.entries(rows).flatMap(([name, text]) =>
    [h("span", {}, text), strips[name].element]);
  return {
    element: h("figure", { class: "scale" },
      h("figcaption", {}, h("span", {}, "MSE per pixel"),
        h("span", { class: "key band" }, "98 of 100 validation digits"),
        h("span", { class: "key dot" }, "this image")),
      h("div", { class: "strips" }, ...grid, h("span"),
        h("div", { class: "ticks", "aria-hidden": "true" }, ...ticks))),
    draw({ shown, byPca }) {
      strips.network.draw(shown);
      strips.pca.draw(byPca);
    },
  };
}

function makeStrip(name) {
  const percentiles = figures.errors[name];
  const [low, middle, high] = [1, 50, 99].map((n) => percentiles[n]);
  const dot = h("i", { class: "dot", hidden: true });
  const band = `left: ${place(low)}%; width: ${place(high) - place(low)}%`;
  const element = img("div", { class: "strip" }, h("i", { class: "band", style: band }),
    h("i", { class: "middle", style: `left: ${place(middle)}%` }), dot);
  return {
    element,
    draw(picture) {
      dot.hidden = !picture;
      if (picture) dot.style.left = `${place(picture.error)}%`;
      element.setAttribute("aria-label",
        `${picture ? `Error ${error(picture.error)}` : "No error yet"}; 98 of 100 validation ` +
        `digits lie from ${error(low)} to ${error(high)}, the middle one at ${error(middle)}.`);
    },
  };
}

// ---- the nearest training images ----------------------------------------------------

const WAYS = { pixels: "in pixels", code: "in code space" };

function makeNeighbours() {
  const rows = Object.fromEntries(Object.entries(WAYS).map(([way, text]) => {
    const row = imageRow(`Nearest ${text}`, NEIGHBOURS);
    const labels = h("div", { class: "labels", "aria-hidden": "true" });
    row.element.append(labels);
    return [way, { row, labels, text }];
  }));
  return {
    element: h("div", { class: "near" },
      ...Object.values(rows).map(({ row }) => row.element)),
    // near: { pixels, code }: what was found, each { images, labels }, or why not
    draw({ near }) {
      for (const [way, each] of Object.entries(rows)) drawRow(each, near[way]);
    },
  };
}

const GREY = new Uint8Array(NEIGHBOURS * PIXELS).fill(128);

function drawRow({ row, labels, text }, found) {
  const none = typeof found === "string";
  const said = none ? found : sameLabels(found.labels);
  row.show(none ? GREY : found.images, `Nearest ${text}: ${said}`, none ? `${text}: ${found}` :
    `The ${NEIGHBOURS} nearest training images ${text} show ${found.labels.join(", ")}.`);
  const shown = none ? Array(NEIGHBOURS).fill("–") : found.labels.map(String);
  labels.replaceChildren(...shown.map((label) => h("span", {}, label)));
}

// ---- what was measured --------------------------------------------------------------

function makeTable() {
  const head = ["", "Autoencoder", "PCA-32", "nearer", "anomalies"];
  const rows = Object.entries(figures.kinds).map(([kind, each]) =>
    h("tr", {}, h("th", { scope: "row" }, kind), ...[
      error(each.network), error(each.pca), percent(each.nearer), percent(each.networkAlarms),
    ].map((text) => h("td", {}, text))));
  return h("details", {},
    h("summary", {}, "Measured on 200 drawings of each kind"),
    h("table", {}, h("thead", {}, h("tr", {}, ...head.map((text) =>
      (text ? h("th", { scope: "col" }, text) : h("td"))))), h("tbody", {}, ...rows)),
    h("p", { class: "note" }, "Mean error of each; how often the autoencoder is nearer; how " +
      "often its error is above that of 99 of 100 validation digits. The 500 validation " +
      "digits come from MNIST; a program drew the others with the pen of this page."));
}
