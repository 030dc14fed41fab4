// A slider over VAEs of eight betas, which are not told: at which place is beta 1?

import baselines from "./baselines.json" with { type: "json" };
import figures from "./break_it.json" with { type: "json" };
import { normals, spread } from "./break_it.measure.js";
import { fact, field, h, imageRow, img, inBytes } from "./elements.js";
import { randomFrom } from "./network.js";
import { run } from "./weights.js";

const FILES = [
  "break_it_0.safetensors", "break_it_1.safetensors", "break_it_2.safetensors",
  "break_it_3.safetensors", "break_it_4.safetensors", "break_it_5.safetensors",
  "break_it_6.safetensors", "break_it_7.safetensors",
];
const FIRST = 2; // the place at the beginning
const COUNT = 10, UNITS = 10, PIXELS = 784;
const { parts } = baselines;
const SAME = 0.005; // grey levels that no eye tells apart
const WIDE = 1.5; // the prior's spread is 1

const CAPTION = `On ${parts[1]} validation digits: KL of each unit, in nats`;
const sum = (values) => values.reduce((total, each) => total + each, 0);
const MODELS = figures.beta.map((each) => {
  const total = sum(each.kl);
  return { ...each, total, bound: each.reconstruction + total };
});
const SOUND = MODELS.find(({ beta }) => beta === 1);
const LARGEST = Math.max(...MODELS.flatMap(({ kl }) => kl));
const nats = (value) => `${value.toFixed(1)}\u00a0nats`;

export function makeBeta(changed) {
  let guess = null; // the place of the reader's guess, or "shown"
  let seed = 0; // of the samples
  const press = (act) => () => { act(); changed(); };
  const slider = h("input", {
    type: "range", min: 0, max: FILES.length - 1, value: FIRST, oninput: press(tell),
  });
  const beta = h("p", { class: "beta" });
  const button = (text, act, kind) =>
    h("button", { type: "button", class: kind, onclick: press(act) }, text);
  const place = () => Number(slider.value);
  const view = makeView();

  // Before its model is there, too.
  function tell() {
    const { beta: value } = MODELS[place()];
    beta.textContent = guess === null ? "β = ?" : `β = ${value}`;
    slider.setAttribute("aria-valuetext", guess === null ?
      `place ${place() + 1} of ${FILES.length}` : `beta is ${value}`);
  }

  return {
    title: "1 Beta",
    controls: h("div", { class: "ask" },
      h("p", { class: "question" }, "Eight VAEs, and beta grows from left to right. ",
        "At which place is it 1?"),
      field("Beta, from smallest to largest", slider), beta,
      h("div", { class: "buttons" },
        button("Here beta is 1", () => { guess = place(); }, "main"),
        button("Show beta", () => { guess = "shown"; }),
        button("Other samples", () => { seed += 1; }))),
    pictures: view.element,
    file: () => FILES[place()],
    draw({ encoder, decoder }, { validation }) {
      const model = MODELS[place()];
      tell();
      const xHat = run(decoder, means(run(encoder, validation)));
      const z = normals(COUNT * UNITS, randomFrom(seed));
      const apart = spread(xHat, COUNT);
      view.draw(model, { x: validation, xHat, samples: run(decoder, z), apart });
      return [answer(guess, place()), seen(model, apart)].filter(Boolean).join(" ");
    },
  };
}

// Of each row the means; the log-variances lie behind them.
function means(both) {
  const z = new Float32Array(COUNT * UNITS);
  for (let n = 0; n < COUNT; n++) {
    z.set(both.subarray(2 * n * UNITS, (2 * n + 1) * UNITS), n * UNITS);
  }
  return z;
}

// ---- what is said -----------------------------------------------------------------

function answer(guess, place) {
  if (guess !== place) return "";
  const { beta, bound } = MODELS[guess];
  if (beta === 1) {
    return `Right: beta is 1. −ELBO is ${nats(bound)}, the lowest of the eight: ` +
      "only here is it what training minimised.";
  }
  return `No, beta is ${beta}. −ELBO is ${nats(bound)}; where beta is 1, it is ` +
    `${nats(SOUND.bound)}, the lowest of the eight.`;
}

// apart: how far reconstructions differ
function seen({ total, active, codeSpread }, apart) {
  if (active === 0 && apart < SAME) {
    return "The codes collapsed: KL is 0.0 nats in every unit, and all ten digits get the " +
      "same reconstruction.";
  }
  if (active < UNITS) {
    return `${UNITS - active} of ${UNITS} units are not active: the variance of their means ` +
      "is at most 0.01.";
  }
  if (codeSpread > WIDE) {
    return `KL is ${nats(total)}. Codes spread ${codeSpread.toFixed(1)} times as far as the ` +
      "prior, from which samples come.";
  }
  return `All ${UNITS} units are active.`;
}

// ---- what is seen -----------------------------------------------------------------

function makeView() {
  const rows = ["Validation digits", "Reconstructions", "Samples from the prior"].map(
    (title) => {
      const row = imageRow(title, COUNT);
      row.show(new Uint8Array(COUNT * PIXELS).fill(128), title, "Not loaded yet.");
      return row;
    });
  const bars = img("div", { class: "bars" });
  const names = ["Reconstruction", "KL", "Sum: −ELBO", "Active units",
    "Spread of codes", "Spread of the ten shown"];
  const facts = names.map(fact);
  return {
    element: h("div", { class: "watch" },
      h("div", { class: "digits" }, ...rows.map(({ element }) => element)),
      h("figure", {}, h("figcaption", {}, CAPTION), bars),
      h("dl", { class: "facts" }, ...facts.map(({ element }) => element))),
    draw(model, { x, xHat, samples, apart }) {
      rows[0].show(inBytes(x), "Validation digits", "Ten validation digits, 0 to 9.");
      rows[1].show(inBytes(xHat), "Reconstructions", "What this VAE makes of them.");
      rows[2].show(inBytes(samples), "Samples from the prior",
        "What its decoder makes of ten codes drawn from the prior.");
      drawBars(bars, model.kl.toSorted((a, b) => b - a));
      const said = [nats(model.reconstruction), nats(model.total), nats(model.bound),
        `${model.active} of ${UNITS}`, model.codeSpread.toFixed(2),
        apart.toFixed(3)];
      facts.forEach((each, n) => each.say(said[n]));
    },
  };
}

function drawBars(bars, kl) {
  const texts = kl.map((value) => value.toFixed(1));
  bars.replaceChildren(...kl.map((value, n) => h("span", { class: "bar" }, texts[n],
    h("i", { style: `height: ${(3 * value / LARGEST).toFixed(2)}rem` }))));
  bars.setAttribute("aria-label", `KL of the ten units, in nats: ${texts.join(", ")}.`);
}
