// One of two latents: its top images, its numbers, its activations, and steering by it.

import { fact, field, h, img, putImage, select } from "./elements.js";
import { LETTERS, NAMES, chosen } from "./latents.words.js";
import { histograms, steered, taken } from "./sparse.js";

const SHOWN = 9, BINS = 12;
const SVG = "http://www.w3.org/2000/svg";
const DIGITS = [...Array(10).keys()];

export function makeSide(side, act) {
  const letter = LETTERS[side];
  const title = h("h3", {}, letter);
  const answer = h("button", { type: "button", class: "main", onclick: act.answer },
    `${letter} is the SAE’s`);
  const choice = makeChoice(letter, act);
  const parts = { facts: makeFacts(), values: makeHistograms(), chances: makeChances() };
  const images = makeImages();
  const closer = h("div", { class: "closer" }, parts.values.element, parts.chances.element);
  const element = h("div", { class: "side", role: "group", "aria-label": `Latent ${letter}` },
    title, choice.element, images.element, answer, parts.facts.element, closer);

  return {
    element,
    setBooks: choice.setBooks,
    focusAnswer: () => requestAnimationFrame(() => answer.focus()),
    focusChoice: () => requestAnimationFrame(() => choice.focus()),
    draw(state) {
      const { stage } = state;
      const open = stage === "open", named = stage !== "asked";
      const { code } = state.sides[side];
      title.textContent = named ? `${letter}: ${NAMES[code]}` : `${letter}: whose?`;
      element.dataset.code = named ? code : "";
      answer.hidden = named;
      choice.element.hidden = closer.hidden = !open;
      parts.facts.element.hidden = !named;
      if (open) choice.draw(state.sides[side]);
      images.draw(state, chosen(state, side), named);
      if (named) parts.facts.draw(state, chosen(state, side), open);
      if (!open) return;
      parts.values.draw(state, chosen(state, side));
      parts.chances.draw(state, chosen(state, side));
    },
  };
}

// ---- which latent -----------------------------------------------------------------

function makeChoice(letter, { choose, another }) {
  const code = select("code", NAMES, "sae"), latent = h("select", { name: "latent" });
  let books = {}, offered = null;
  code.addEventListener("change", () => choose({ code: code.value }));
  latent.addEventListener("change", () =>
    choose({ code: code.value, place: Number(latent.value) }));
  return {
    element: h("div", { class: "which" }, field(`Code of ${letter}`, code),
      field(`Latent of ${letter}, purest first`, latent),
      h("button", { type: "button", onclick: another }, "Another one")),
    focus: () => latent.focus(),
    setBooks(given) { books = given; },
    draw({ code: now, place }) {
      if (offered !== now) {
        offered = code.value = now;
        latent.replaceChildren(...books[now].map((each, n) => h("option", { value: n },
          `${each.latent}: digit ${each.digit}, ${each.purity.toFixed(2)}`)));
      }
      latent.value = place;
    },
  };
}

// ---- the images where it is strongest ----------------------------------------------

function makeImages() {
  const all = Array.from({ length: SHOWN }, () => {
    const canvas = img("canvas", { width: 28, height: 28 });
    const value = h("span", {});
    return { canvas, value, element: h("li", {}, canvas, value) };
  });
  let shown = null;
  return {
    element: h("ol", { class: "top" }, ...all.map((each) => each.element)),
    draw({ images, labels }, latent, named) {
      for (const { value } of all) value.hidden = !named;
      if (shown === latent) return;
      shown = latent;
      all.forEach(({ canvas, value, element }, place) => {
        const n = latent.active[place];
        element.hidden = n === undefined; // active in fewer than nine
        if (n === undefined) return;
        putImage(canvas, Float32Array.from(images[n], (each) => each / 255));
        canvas.setAttribute("aria-label", `A ${labels[n]}.`);
        value.textContent = latent.values[n].toFixed(1);
      });
    },
  };
}

// ---- its numbers -------------------------------------------------------------------

function makeFacts() {
  const digit = fact("Its digit"), pure = fact("Purity"), active = fact("Active in");
  const own = fact("Its digit among these"), pushed = fact("Taken for it");
  const all = [digit, pure, active, own, pushed];
  return {
    element: h("dl", { class: "facts" }, ...all.map((each) => each.element)),
    draw({ logits, labels, length, top }, latent, open) {
      digit.say(latent.digit);
      pure.title.textContent = `Purity of top ${top}`;
      pure.say(latent.purity.toFixed(2));
      active.say(`${latent.active.length} of ${labels.length.toLocaleString("en")}`);
      own.say(share(latent.counts[latent.digit], latent.active.length));
      pushed.element.hidden = !open;
      if (!open) return;
      const { count, others } = taken(logits, labels, latent.added, length, latent.digit);
      pushed.title.textContent = `Taken for ${latent.digit} at ${length}`;
      pushed.say(`${count} of ${others} others`);
    },
  };
}

const share = (part, whole) => (whole ? (part / whole).toFixed(2) : "–");

// ---- all its activations, by class ---------------------------------------------------

function makeHistograms() {
  const rows = DIGITS.map((digit) => {
    const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", `0 0 ${BINS} 1`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.append(path);
    const count = h("span", {});
    const element = h("div", { class: "row" }, h("b", {}, digit), svg, count);
    return { path, count, element };
  });
  const largest = h("span", {});
  const picture = img("div", { class: "values" }, ...rows.map((row) => row.element),
    h("div", { class: "row axis" }, h("b", {}, ""), h("div", {}, h("span", {}, "0"), largest),
      h("span", {}, "active")));
  let shown = null;
  return {
    element: h("figure", {}, h("figcaption", {}, "Activations above 0, by digit"), picture),
    draw({ labels }, latent) {
      if (shown === latent) return;
      shown = latent;
      const made = histograms(latent, labels, BINS);
      const highest = Math.max(...made.counts.flat());
      rows.forEach(({ path, count, element }, digit) => {
        path.setAttribute("d", bars(made.counts[digit], highest));
        count.textContent = latent.counts[digit];
        element.classList.toggle("own", digit === latent.digit);
      });
      largest.textContent = made.largest.toFixed(1);
      picture.setAttribute("aria-label", inWords(latent, made.largest));
    },
  };
}

const bars = (counts, highest) => counts.map((count, bin) => {
  const height = count / highest;
  return count ? `M${bin + 0.05} 1v${-Math.max(0.06, height)}h.9v1z` : "";
}).join("");

function inWords({ counts }, largest) {
  const active = DIGITS.filter((digit) => counts[digit] > 0);
  const list = active.map((digit) => `${counts[digit]} images of ${digit}`).join(", ");
  return `Histogram of the activations, from 0 to ${largest.toFixed(1)}, a row for each digit. ` +
    `Active in ${list}.`;
}

// ---- what the classifier answers after a push ----------------------------------------

function makeChances() {
  const columns = DIGITS.map((digit) => {
    const bar = h("div", { class: "bar" });
    return { bar, element: h("div", { class: "column" }, h("div", { class: "well" }, bar), digit) };
  });
  const picture = img("div", { class: "chances" },
    ...columns.map((each) => each.element));
  const caption = h("figcaption", {});
  return {
    element: h("figure", {}, caption, picture),
    draw({ logits, example, digit, length }, latent) {
      const chances = steered(logits, example, latent.added, length);
      columns.forEach(({ bar, element }, n) => {
        bar.style.height = `${100 * chances[n]}%`;
        element.classList.toggle("own", n === latent.digit);
      });
      const answer = chances.indexOf(Math.max(...chances));
      caption.textContent = `The ${digit}, pushed by ${length}: taken for ${answer} ` +
        `(${chances[answer].toFixed(2)})`;
      const told = DIGITS.filter((n) => chances[n] >= 0.005)
        .map((n) => `${n} with ${chances[n].toFixed(2)}`).join(", ");
      picture.setAttribute("aria-label", `Class probabilities: ${told}.`);
    },
  };
}
