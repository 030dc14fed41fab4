// What the reader sees: two latents side by side, a test, and what can be changed.

import { field, h, img, putImage, select } from "./elements.js";
import { makeSide } from "./latents.side.js";
import { NAMES } from "./latents.words.js";
import { taken } from "./sparse.js";

const LONGEST = 20;
const SHORT = { sae: "SAE" };
const DIGITS = Object.fromEntries([...Array(10).keys()].map((digit) => [digit, digit]));

export function makeView(state, act) {
  const said = h("p", { role: "status", class: "verdict" });
  const next = button("Next pair", "main", () => { act.next(); sides[0].focusAnswer(); });
  const open = button("Show the names", "", () => { act.open(); sides[0].focusChoice(); });
  const steering = makeSteering(state, act.steer);
  const table = makeTable();
  const sides = [0, 1].map((side) => makeSide(side, {
    answer: () => { act.answer(side); requestAnimationFrame(() => next.focus()); },
    choose: (choice) => act.choose(side, choice),
    another: () => act.another(side),
  }));
  const pair = h("div", { class: "pair" }, ...sides.map((side) => side.element));
  const more = h("div", { class: "more" }, steering.element, table.element);
  const element = h("section", {
    class: "explorable", "aria-label": "Latents of a sparse autoencoder, and a control",
  },
  h("div", { class: "choose" }, said, h("div", { class: "buttons" }, next, open)), pair, more);

  return {
    element,
    setWorld(world) {
      steering.setImages(world);
      for (const side of sides) side.setBooks(world.books);
    },
    draw(now, text) {
      const { stage } = now;
      if (said.textContent !== text) said.textContent = text;
      const ready = !["loading", "failed"].includes(stage);
      next.hidden = !ready || stage === "asked";
      open.hidden = !ready || stage === "open";
      open.textContent = stage === "asked" ? "Show the names" : "Look closer";
      pair.hidden = !ready;
      more.hidden = stage !== "open";
      if (!ready) return;
      if (stage === "open") {
        steering.draw(now);
        table.draw(now);
      }
      for (const side of sides) side.draw(now);
    },
  };
}

const button = (text, kind, onclick) => h("button", { type: "button", class: kind, onclick }, text);

// ---- an image, and how far it is pushed --------------------------------------------

function makeSteering({ digit, length }, steer) {
  const picture = img("canvas", { width: 28, height: 28 });
  const image = select("digit", DIGITS, digit);
  const range = h("input", {
    type: "range", name: "length", min: 0, max: LONGEST, step: 1, value: length,
  });
  const label = h("span", {});
  const usual = h("p", { class: "small" });
  let shown = null;
  image.addEventListener("change", () => {
    const digit = Number(image.value);
    steer({ digit, example: examples[digit] });
  });
  range.addEventListener("input", () => steer({ length: Number(range.value) }));
  let examples = [];
  return {
    element: h("fieldset", { class: "steering" }, h("legend", {}, "Steering"),
      h("div", { class: "chosen" }, picture, field("Test image of a", image)),
      h("label", { class: "field" }, label, range), usual),
    setImages(world) {
      examples = Object.keys(DIGITS).map((each) => world.labels.indexOf(Number(each)));
      world.example = examples[world.digit];
      usual.textContent = `Activations lie ${world.usual.toFixed(1)} from their mean on ` +
        "average.";
    },
    draw({ images, digit, example, length }) {
      label.textContent = `Length of the push along the latent: ${length}`;
      range.setAttribute("aria-label", "Length of the push along the latent");
      if (shown === example) return;
      shown = example;
      putImage(picture, Float32Array.from(images[example], (value) => value / 255));
      picture.setAttribute("aria-label", `The test image that is pushed, a ${digit}.`);
    },
  };
}

// ---- all latents -------------------------------------------------------------------

function makeTable() {
  const rows = Object.entries(NAMES).map(([code, name]) => {
    const cells = [h("td"), h("td"), h("td"), h("td")];
    return { code, cells, element: h("tr", {}, h("th", { scope: "row" }, SHORT[code] ?? name),
      ...cells) };
  });
  const head = ["", "living", "purity", "share", "taken"].map((text) =>
    (text ? h("th", { scope: "col" }, text) : h("td")));
  const note = h("p", { class: "small" });
  let shown = null;
  const table = h("table", {}, h("caption", {}, "Means over all living latents"),
    h("thead", {}, h("tr", {}, ...head)), h("tbody", {}, ...rows.map((row) => row.element)));
  return {
    element: h("div", { class: "all" }, table, note),
    draw({ books, logits, labels, length, top, pairs }) {
      if (shown === length) return;
      shown = length;
      for (const { code, cells } of rows) {
        const book = books[code];
        const mean = (value) => book.reduce((sum, each) => sum + value(each), 0) / book.length;
        const pushed = mean(({ added, digit }) => {
          const { count, others } = taken(logits, labels, added, length, digit);
          return count / others;
        });
        const share = ({ counts, active, digit }) => counts[digit] / active.length;
        const means = [mean((each) => each.purity), mean(share), pushed];
        const texts = [book.length, ...means.map((each) => each.toFixed(2))];
        cells.forEach((cell, n) => { cell.textContent = texts[n]; });
      }
      note.textContent = inWords(pairs, top, length);
    },
  };
}

function inWords({ more, equal, less }, top, length) {
  const percent = (count) => `${Math.round((100 * count) / (more + equal + less))} %`;
  return "Living: active in 2 % of the training images or more. A latent’s digit: the most " +
    `frequent in its top ${top} training images. Purity: share of the most frequent digit in ` +
    `its top ${top} test images. Share: of its digit among all test images where it is ` +
    `active. Taken: of the images of other digits, how many a push of length ${length} makes ` +
    `its digit. Over all pairs that the test draws from, the nine images of the SAE are purer ` +
    `in ${percent(more)}, less pure in ${percent(less)}, equally pure in ${percent(equal)}.`;
}
