// What the reader sees of the plane, of a digit's posterior, and of a line between two.

import { aDigit } from "./digits.words.js";
import { fact, field, h, imageRow, img, inBytes, putImage, select } from "./elements.js";
import { makePad } from "./pad.js";
import { makeMap } from "./walk.map.js";
import { digitWords, lineTitle, number, pair, percent, pointWords } from "./walk.words.js";

const SIDE = 28;
export const STEPS = 8;
const NONE = "–";

export function makeView({ figures, moved, changed, lined }) {
  const map = makeMap({ codes: figures.codes, moved });
  const pad = makePad({ changed });
  const words = makeWords();
  const point = makePoint(), digit = makeDigit(figures), walk = makeWalk(lined);
  const close = h("button", { type: "button", "aria-pressed": "false" }, "Look closer");
  const element = h("section", { class: "explorable", "aria-label": "Walk through a code" },
    h("div", { class: "band" },
      h("figure", { class: "plane" }, map.element, caption()),
      h("div", { class: "read" }, point.element, words.element)),
    h("div", { class: "band" },
      h("div", { class: "take" }, pad.element,
        h("div", { class: "buttons" }, walk.choice, close)),
      h("div", { class: "rows" }, digit.facts, digit.row.element, ...walk.rows)),
    makeMeasured(figures.measured));

  return {
    element,
    image: pad.image,
    end: walk.end,
    map,
    offer(images, first, last) {
      walk.offer(Object.keys(images), last);
      pad.offer(images, first);
    },
    listen: (press) => close.addEventListener("click", press),
    // The label of the digit that is taken; null for a drawing.
    label: () => pad.element.querySelector("select").value.match(/^\d/)?.[0] ?? null,
    fail: words.fail,
    draw({ z, xHat, near, digit: seen, line, closer }) {
      close.setAttribute("aria-pressed", closer);
      close.setAttribute("aria-disabled", !seen);
      map.draw(z, seen, line?.path ?? []);
      point.draw(z, xHat, near);
      digit.draw(seen);
      walk.draw(line);
      words.say(pointWords(near, figures), digitWords(seen, figures));
    },
  };
}

function caption() {
  return h("figcaption", { id: "how" },
    h("span", {}, "A small digit: the code μ of a validation digit of this class."),
    h("span", {}, "Circles: the prior, 1, 2 and 3 standard deviations."),
    h("span", {}, "Ellipses: the posterior q(z|x), 1 and 2 σ."),
    h("span", {}, "Drag the point, tap, or use the arrow keys (with Shift: far)."));
}

// One place for what is seen, said again only where it is new.
function makeWords() {
  const paragraphs = [h("p", {}, "Loading …"), h("p", {})];
  const element = h("div", { role: "status", class: "verdict" }, ...paragraphs);
  let failed = false;
  const say = (...texts) => {
    if (failed) return;
    paragraphs.forEach((each, n) => {
      if (each.textContent !== texts[n]) each.textContent = texts[n] ?? "";
    });
  };
  return {
    element,
    say,
    fail(text) {
      say(text);
      failed = true;
    },
  };
}

function makePoint() {
  const canvas = img("canvas", { width: SIDE, height: SIDE });
  const z = fact("z"), distance = fact("|z|, in standard deviations");
  const farther = fact("Prior’s draws farther out");
  const nearest = fact("Nearest code");
  const all = [z, distance, farther, nearest];
  return {
    element: h("div", { class: "seen" },
      h("figure", {}, canvas, h("figcaption", {}, "x̂, decoded at z")),
      h("dl", { class: "facts" }, ...all.map((each) => each.element))),
    draw(at, xHat, near) {
      putImage(canvas, xHat);
      canvas.setAttribute("aria-label", `The picture decoded at z = ${pair(at)}.`);
      const away = Math.hypot(...at);
      z.say(pair(at));
      distance.say(number(away));
      farther.say(percent(Math.exp(-0.5 * away ** 2)));
      nearest.say(`${aDigit(near.nearest)}, ${number(near.distance)} away`);
    },
  };
}

// What was measured over all test digits, and of a plane of PCA beside.
function makeMeasured({ kl, loss, std, nearest, third }) {
  const told = {
    "KL, mean": `${number(kl, 1)} nats`,
    "−ELBO, mean": `${number(loss, 1)} nats`,
    "σ, median": number(std),
    "Nearest validation code is of the digit’s class": both(nearest),
    "Lines between two classes that come nearest to a third": both(third),
  };
  const facts = Object.entries(told).map(([name, text]) => {
    const each = fact(name);
    each.say(text);
    return each.element;
  });
  return h("details", {}, h("summary", {}, "Measured on the test digits"),
    h("dl", { class: "facts" }, ...facts));
}

const both = ({ vae, pca }) => `VAE ${percent(vae)}, PCA ${percent(pca)}`;

const SHOWN = 8; // x, x̂ of the mean, x̂ of draws

function makeDigit({ usual }) {
  const mean = fact("Mean μ"), std = fact("σ"), kl = fact("KL");
  const reconstruction = fact("Reconstruction"), loss = fact("−ELBO");
  const validation = fact("Validation / mean image");
  const all = [mean, std, kl, reconstruction, loss, validation];
  const row = imageRow("", SHOWN);
  const nats = (value) => `${number(value, 1)} nats`;
  validation.say(`${number(usual.mean, 1)} / ${nats(usual.meanImage)}`);
  return {
    row,
    facts: h("dl", { class: "facts" }, ...all.map((each) => each.element)),
    draw(seen) {
      const told = seen ? [pair(seen.mean), pair(seen.std), nats(seen.kl),
        nats(seen.reconstruction), nats(seen.loss)] : new Array(5).fill(NONE);
      told.forEach((text, n) => all[n].say(text));
      const title = "x in black and white, x̂ from μ, and x̂ from six draws of z";
      if (seen) row.show(inBytes(seen.images), title, `Eight pictures: ${title}.`);
      else row.show(empty(), title, "Nothing yet: the paper is empty.");
    },
  };
}

const empty = () => new Uint8Array(STEPS * SIDE * SIDE).fill(128);

function makeWalk(lined) {
  const end = select("end", { [NONE]: NONE }, NONE);
  const decoded = imageRow("", STEPS), faded = imageRow("", STEPS);
  end.addEventListener("change", lined);
  return {
    choice: field("Line to the digit", end),
    rows: [decoded.element, faded.element],
    end: () => (end.value === NONE ? null : end.value),
    offer(names, chosen) {
      const options = [NONE, ...names].map((name) => h("option", { value: name }, name));
      end.replaceChildren(...options);
      end.value = chosen;
    },
    draw(line) {
      const why = end.value === NONE ? "no second digit is chosen" : "the paper is empty";
      const titles = line ? [lineTitle(line.classes), "Cross-fade of the two pictures"] :
        [`Straight line in z: ${why}`, `Cross-fade: ${why}`];
      const images = line ? [inBytes(line.images), inBytes(line.faded)] : [empty(), empty()];
      [decoded, faded].forEach((row, n) => row.show(images[n], titles[n], `${titles[n]}.`));
    },
  };
}
