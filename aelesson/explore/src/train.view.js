// What the reader sees of a training, and what can be chosen.

import baselines from "./baselines.json" with { type: "json" };
import { drawChart } from "./chart.js";
import { fact, field, h, imageRow, select } from "./elements.js";
import { counted } from "./verdict.js";

const { meanImage, parts, pca } = baselines;
const DIGITS = 10, PIXELS = 784;

export const DEFAULTS = {
  hidden: 128, latentDim: 32, code: "linear", loss: "mse",
  rate: 0.005, schedule: "cycle", epochs: 20, seed: 0,
};

const same = (values) => Object.fromEntries(values.map((each) => [each, String(each)]));
const SELECTS = {
  hidden: ["Hidden width", same([32, 64, 128, 256])],
  latentDim: ["Code size", same(Object.keys(pca))],
  code: ["Code activation", { linear: "linear", relu: "ReLU" }],
  loss: ["Loss", { mse: "MSE", bce: "BCE" }],
  schedule: ["Rate over time", { cycle: "one cycle", constant: "constant" }],
  epochs: ["Epochs", same([10, 20, 40, 100])],
  seed: ["Seed", same([0, 1, 2, 3, 4])],
};
const NUMBERS = ["hidden", "latentDim", "epochs", "seed"];

const MAIN = {
  ready: "Start", loading: "Starting …", running: "Stop", stopped: "Continue",
  done: "Begin again", broken: "Begin again", failed: "Try again",
};

export function makeView(settings) {
  const controls = makeControls(settings);
  const main = h("button", { type: "button", class: "main" }, MAIN.ready);
  const again = h("button", { type: "button", hidden: true }, "Begin again");
  const words = h("p", { role: "status", class: "verdict", id: "verdict" });
  const facts = makeFacts();
  const chart = makeChart();
  const images = makeImages();
  const element = h("section", { class: "explorable", "aria-label": "Train an autoencoder" },
    h("div", { class: "choose" }, controls.element,
      h("div", { class: "buttons" }, main, again), words),
    h("div", { class: "watch" }, chart.element, facts.element, images.element));

  // What can no longer be pressed would take the focus with it.
  function keepFocus(gone) {
    if (gone.contains(element.getRootNode().activeElement)) main.focus();
  }

  return {
    element,
    settings: controls.settings,
    rateText: controls.rateText,
    setPictures: images.setPictures,
    listen(press) {
      main.addEventListener("click", press.main);
      again.addEventListener("click", press.again);
      controls.element.addEventListener("change", press.change);
      controls.element.addEventListener("submit", (event) => {
        event.preventDefault();
        press.main();
      });
    },
    draw(run, verdict) {
      main.textContent = MAIN[run.state];
      main.setAttribute("aria-disabled", run.state === "loading");
      const locked = ["loading", "running"].includes(run.state);
      const alone = !["running", "stopped"].includes(run.state);
      if (locked) keepFocus(controls.element);
      if (alone) keepFocus(again);
      again.hidden = alone;
      controls.lock(locked);
      controls.describe(run.settings);
      // Said again only where it is new.
      if (words.textContent !== verdict) words.textContent = verdict;
      for (const each of [facts, chart, images]) each.draw(run);
    },
  };
}

// ---- what can be chosen -----------------------------------------------------------

function makeControls(settings) {
  const inputs = Object.fromEntries(Object.entries(SELECTS).map(
    ([name, [, options]]) => [name, select(name, options, settings[name])]));
  const rate = h("input", {
    name: "rate", inputmode: "decimal", autocomplete: "off", value: settings.rate,
  });
  const fields = Object.entries(SELECTS).map(([name, [label]]) => field(label, inputs[name]));
  fields.splice(4, 0, field("Learning rate", rate));
  const size = h("p", { class: "size" });
  const set = h("fieldset", {}, h("legend", {}, "Network and training"), ...fields);

  return {
    element: h("form", {}, set, size),
    rateText: () => rate.value,
    lock: (locked) => { set.disabled = locked; },
    // The rate is null where it is none.
    settings() {
      const chosen = Object.entries(inputs).map(([name, { value }]) =>
        [name, NUMBERS.includes(name) ? Number(value) : value]);
      const number = readRate(rate.value);
      mark(rate, number === null);
      return { ...Object.fromEntries(chosen), rate: number };
    },
    describe({ hidden, latentDim }) {
      const widths = [PIXELS, hidden, latentDim, hidden, PIXELS];
      size.textContent = `${widths.join(" – ")}: ${count(widths)} weights and biases, ` +
        `${parts[0].toLocaleString("en")} training digits`;
    },
  };
}

function readRate(text) {
  const number = Number(text.trim().replace(",", "."));
  return text.trim() && Number.isFinite(number) && number > 0 ? number : null;
}

function mark(input, wrong) {
  input.setAttribute("aria-invalid", wrong);
  if (wrong) input.setAttribute("aria-describedby", "verdict");
  else input.removeAttribute("aria-describedby");
}

function count(widths) {
  const layers = widths.slice(1).map((width, k) => (widths[k] + 1) * width);
  return layers.reduce((total, each) => total + each).toLocaleString("en");
}

// ---- what is seen -----------------------------------------------------------------

// Whole epochs, all of whose figures are known.
const epochsOf = ({ validation }) => Math.max(0, validation.length - 1);

function makeFacts() {
  const epoch = fact("Epoch"), training = fact("Training error");
  const validation = fact("Validation error"), baseline = fact("PCA");
  const dead = fact("Dead code units"), speed = fact("Time per epoch");
  const all = [epoch, training, validation, baseline, dead, speed];
  const error = (value) => (value == null ? "–" : value.toFixed(4));
  return {
    element: h("dl", { class: "facts" }, ...all.map((each) => each.element)),
    draw(run) {
      const { settings, train, validation: errors, dead: silent, epochSeconds } = run;
      epoch.say(`${epochsOf(run)} of ${settings.epochs}`);
      training.say(error(train));
      validation.say(error(errors.at(-1)));
      baseline.title.textContent = `PCA-${settings.latentDim}, to beat`;
      baseline.say(error(pca[settings.latentDim]));
      dead.say(silent === null ? "–" : `${silent} of ${settings.latentDim}`);
      speed.say(epochSeconds ? `${epochSeconds.toFixed(1)} s` : "–");
    },
  };
}

function makeChart() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("role", "img");
  const key = (kind, text) => h("span", { class: `key ${kind}` }, text);
  const before = key("before", "run before");
  const caption = h("figcaption", {},
    h("span", {}, "MSE per pixel"), key("validation", "validation"),
    key("train", "training"), before);
  return {
    element: h("figure", {}, caption, svg),
    draw(run) {
      const { settings: { epochs, latentDim }, points, validation } = run;
      before.hidden = !run.before;
      const line = pca[latentDim];
      drawChart(svg, {
        epochs,
        bottom: 0.4 * line,
        levels: [
          { kind: "mean", label: `mean image ${meanImage.toFixed(4)}`, error: meanImage,
            end: true },
          { kind: "pca", label: `PCA-${latentDim} ${line.toFixed(4)}`, error: line },
        ],
        curves: [
          { kind: "before", points: errorPoints(run.before, epochs) },
          { kind: "train", points },
          { kind: "validation", points: validation.map((error, epoch) => [epoch, error]) },
        ],
      });
      svg.setAttribute("aria-label", inWords(run));
    },
  };
}

function errorPoints(run, epochs) {
  const points = run?.validation.map((error, epoch) => [epoch, error]) ?? [];
  return points.filter(([epoch]) => epoch <= epochs);
}

function inWords(run) {
  const { validation, train, settings: { latentDim } } = run;
  const measured = train === null ? "No epoch is over yet." :
    `After ${counted(epochsOf(run))} the training error is ${train.toFixed(4)}, the ` +
    `validation error ${validation.at(-1).toFixed(4)}.`;
  return "Chart of mean squared error per pixel against epochs, on a logarithmic axis. " +
    `${measured} PCA-${latentDim} has ${pca[latentDim].toFixed(4)}.`;
}

function makeImages() {
  const rows = ["Validation digits", "PCA", "The network"].map((title) =>
    imageRow(title, DIGITS));
  const nothing = new Uint8Array(DIGITS * PIXELS).fill(128);
  let pictures = null; // of pca.png: the digits, and below them PCA's, size by size
  let size = null; // the code size whose pictures are seen
  let wanted;

  function drawPca(latentDim) {
    wanted = latentDim;
    if (!pictures || size === wanted) return;
    size = wanted;
    const place = Object.keys(pca).indexOf(String(size)) + 1;
    rows[0].show(part(pictures, 0), "Validation digits", "Ten validation digits, 0 to 9.");
    rows[1].show(part(pictures, place), `PCA-${size}`,
      `What PCA with ${size} components makes of them.`);
  }
  return {
    element: h("div", { class: "digits" }, ...rows.map((row) => row.element)),
    draw(run) {
      drawPca(run.settings.latentDim);
      const { shown } = run;
      const when = shown ? `after ${counted(epochsOf(run))}` : "not yet trained";
      rows[2].show(shown ?? nothing, `The network, ${when}`,
        `What the network makes of them, ${when}.`);
    },
    setPictures(read) {
      pictures = read;
      drawPca(wanted);
    },
  };
}

function part(pictures, n) {
  const images = new Uint8Array(DIGITS * PIXELS);
  for (let k = 0; k < DIGITS; k++) images.set(pictures[n * DIGITS + k], k * PIXELS);
  return images;
}
