// Two answers, A and B: which of the two has the fault?

import baselines from "./baselines.json" with { type: "json" };
import figures from "./break_it.json" with { type: "json" };
import { range } from "./break_it.measure.js";
import { field, h, imageRow, img, inBytes, select } from "./elements.js";
import { activate } from "./network.js";
import { run } from "./weights.js";

const CODES = "break_it_codes.safetensors", HEART = "break_it_heart.safetensors";
const COUNT = 10, PIXELS = 784;
const { codes, trained, sigmoid } = figures;

const error = (value) => value.toFixed(4);
const reconstruct = ({ encoder, decoder }, x) => run(decoder, run(encoder, x));

// question(), truth() and told() follow the choice, if there is one; show() draws, and
// knows whether the answer is out; numbers() are the rows of a table, its head first.
function makePair(task, changed) {
  let guess = null; // "A", "B" or "shown"
  const answer = (value) => () => { guess = value; changed(); };
  const buttons = ["A", "B"].map((name) => h("button",
    { type: "button", class: "main", "aria-pressed": false, onclick: answer(name) }, name));
  const show = h("button", { type: "button", onclick: answer("shown") }, "Show the answer");
  const numbers = h("div");
  task.choice?.addEventListener("change", () => {
    if (task.asksAnew) guess = null;
    changed();
  });
  return {
    title: task.title,
    controls: h("div", { class: "ask" }, h("p", { class: "question" }, task.question),
      task.choice ?? "", h("div", { class: "buttons" }, ...buttons, show)),
    pictures: h("div", { class: "watch" }, ...task.elements, numbers),
    file: task.file,
    draw(networks, digits) {
      const known = guess !== null;
      for (const each of buttons) each.setAttribute("aria-pressed", each.textContent === guess);
      task.show(networks, digits, known);
      numbers.replaceChildren(known ? table(task.numbers()) : "");
      if (!known) return task.hint;
      const verdict = { [task.truth()]: "Right. ", shown: "" }[guess] ?? "No. ";
      return verdict + task.told();
    },
  };
}

function table([head, ...rows]) {
  const cells = (row, scope) => row.map((text, n) =>
    (n === 0 || scope === "col" ? h("th", { scope }, text) : h("td", {}, text)));
  return h("table", {}, h("thead", {}, h("tr", {}, ...cells(head, "col"))),
    h("tbody", {}, ...rows.map((row) => h("tr", {}, ...cells(row, "row")))));
}

function makeRows(titles) {
  const rows = titles.map((title) => imageRow(title, COUNT));
  const blank = new Uint8Array(COUNT * PIXELS).fill(128);
  rows.forEach((row, n) => row.show(blank, titles[n], "Not loaded yet."));
  return rows;
}

const elementsOf = (rows) => rows.map(({ element }) => element);

// ---- a ReLU on the code -----------------------------------------------------------

export function makeCodes(changed) {
  const rows = makeRows(["Validation digits", "A", "B"]);
  const maps = ["A", "B"].map(makeMap);
  const { linear, relu, units } = codes;
  return makePair({
    title: "2 Dead units",
    question: "Two networks, trained alike. One has a ReLU on its code. Which?",
    hint: "Look at the reconstructions, then answer.",
    file: () => CODES,
    elements: [...elementsOf(rows), ...elementsOf(maps)],
    show(networks, { validation }, known) {
      const { relu_encoder: encoder, relu_decoder: decoder } = networks;
      const both = [networks, { encoder, decoder }];
      rows[0].show(inBytes(validation), "Validation digits", "Ten validation digits, 0 to 9.");
      both.forEach((each, n) => {
        const kind = known ? [": a linear code", ": a ReLU on the code"][n] : "";
        const title = "AB"[n] + kind;
        rows[n + 1].show(inBytes(reconstruct(each, validation)), title,
          `What network ${title} makes of them.`);
        maps[n].element.hidden = !known;
        if (known) maps[n].show(run(each.encoder, validation));
      });
    },
    truth: () => "B",
    told: () => `B has the ReLU: ${relu.dead} of its ${units} code units are 0 for all ` +
      `${baselines.parts[1]} validation digits, in A ${linear.dead || "none"}. B's error is ` +
      `${error(relu.error)}, A's ${error(linear.error)}.`,
    numbers: () => [
      ["", "error", "units always 0"],
      ["A, linear code", error(linear.error), `${linear.dead} of ${units}`],
      ["B, ReLU on the code", error(relu.error), `${relu.dead} of ${units}`],
      [`PCA-${units}`, error(baselines.pca[units]), "–"],
    ],
  }, changed);
}

// The codes of ten digits: a row each, a column per unit; black is exactly 0.
function makeMap(name) {
  const { units } = codes;
  const canvas = img("canvas", { width: units, height: COUNT });
  const caption = h("span", {}, `Codes of ${name}: a row per digit, a column per unit`);
  return {
    element: h("div", { class: "images map", hidden: true }, caption, canvas),
    show(z) {
      const [least, largest] = range(z);
      const size = Math.max(-least, largest);
      const image = new ImageData(units, COUNT);
      z.forEach((value, at) => {
        const light = value === 0 ? 0 : 70 + 185 * Math.abs(value) / size;
        image.data.set([light, light, light, 255], 4 * at);
      });
      canvas.getContext("2d").putImageData(image, 0, 0);
      const silent = Array.from({ length: units }, (_, unit) => unit).filter((unit) =>
        z.every((value, at) => at % units !== unit || value === 0)).length;
      canvas.setAttribute("aria-label",
        `Codes of ${name}: ${silent} of ${units} units are 0 for these ten digits.`);
    },
  };
}

// ---- training images, shown as test -----------------------------------------------

export function makeTested(changed) {
  const rows = makeRows(["A", "Its reconstructions", "B", "Its reconstructions"]);
  const choice = select("trained", { 0: "100 images", 1: "3,500 images" }, 0);
  const chosen = () => trained[choice.value];
  const truth = () => "AB"[choice.value];
  const count = ({ images }) => images.toLocaleString("en");
  return makePair({
    title: "3 Test error",
    question: "One network, two rows of a report, both called “test”. " +
      "Which was measured on training images?",
    hint: "Compare each digit with its reconstruction, then answer.",
    choice: field("The network was trained on", choice),
    asksAnew: true,
    file: () => [HEART, CODES][choice.value],
    elements: elementsOf(rows),
    show(networks, { validation, training }, known) {
      const both = truth() === "A" ? [training, validation] : [validation, training];
      both.forEach((x, n) => {
        const kind = x === training ? "training images" : "validation digits";
        const title = "AB"[n] + (known ? `: ${kind}` : "");
        rows[2 * n].show(inBytes(x), title, `Ten digits of row ${title}.`);
        rows[2 * n + 1].show(inBytes(reconstruct(networks, x)), "Its reconstructions",
          `What the network makes of row ${title}.`);
      });
    },
    truth,
    told() {
      const { train, validation, validationPca } = chosen();
      const than = validation > validationPca ? "worse" : "better";
      return `${truth()} shows training images. The error on all ${count(chosen())} of them ` +
        `is ${error(train)}; on validation digits it is ${error(validation)}, ` +
        `${(validation / train).toFixed(1)} times as large, and ${than} than PCA's.`;
    },
    numbers: () => [
      ["error on", `${count(chosen())} training images`, "validation digits"],
      ["the network", error(chosen().train), error(chosen().validation)],
      ["PCA-32 of the same images", error(chosen().trainPca), error(chosen().validationPca)],
    ],
  }, changed);
}

// ---- a sigmoid too many -----------------------------------------------------------

export function makeSigmoid(changed) {
  const rows = makeRows(["Validation digits", "A", "B"]);
  const SCALES = { own: "least to largest value", unit: "0 to 1" };
  const choice = select("scale", SCALES, "own");
  const [once, twice] = sigmoid;
  const between = ({ least, largest }) => `${least.toFixed(2)} to ${largest.toFixed(2)}`;
  return makePair({
    title: "4 Sigmoid",
    question: "One network, but one row went through the sigmoid twice. Which?",
    hint: "Most plotting programs stretch a picture from its least value to its largest.",
    choice: field("Black to white is", choice),
    file: () => CODES,
    elements: elementsOf(rows),
    show(networks, { validation }, known) {
      const xHat = reconstruct(networks, validation);
      rows[0].show(inBytes(validation), "Validation digits", "Ten validation digits, 0 to 9.");
      [activate.sigmoid(xHat), xHat].forEach((x, n) => {
        const kind = known ? [": the sigmoid twice", ": the sigmoid once"][n] : "";
        const title = "AB"[n] + kind;
        const drawn = choice.value === "own" ? stretched(x) : x;
        rows[n + 1].show(inBytes(drawn), title,
          `Reconstructions ${title}, drawn from ${SCALES[choice.value]}.`);
      });
    },
    truth: () => "A",
    told: () => `A went through it twice: its pixels lie from ${between(twice)}. Its error is ` +
      `${error(twice.error)}, B's ${error(once.error)}; the mean image would have ` +
      `${error(baselines.meanImage)}.`,
    numbers: () => [
      ["", "pixels from", "error"],
      ["A, the sigmoid twice", between(twice), error(twice.error)],
      ["B, the sigmoid once", between(once), error(once.error)],
      ["mean image, the ceiling", "", error(baselines.meanImage)],
    ],
  }, changed);
}

function stretched(x) {
  const [least, largest] = range(x);
  return x.map((value) => (value - least) / (largest - least));
}
