// What the reader sees, and what can be chosen.

import figures from "./turn.json" with { type: "json" };
import { fact, field, h, putImage } from "./elements.js";
import { NAMES } from "./turn.models.js";
import { percent, whom } from "./turn.words.js";

const CLASSES = Array.from({ length: 10 }, (_, digit) => digit);

export function makeView() {
  const canvas = h("canvas", {
    class: "cloud", tabindex: 0, role: "application",
    "aria-roledescription": "picture to turn", "aria-label": "Codes, not yet loaded.",
    "aria-describedby": "keys",
  });
  const table = makeTable(), classes = makeClasses(), digit = makeDigit();
  const shares = makeShares();
  const [best, worst] = ["best", "worst"].map((which) =>
    h("button", { type: "button" }, `${which === "best" ? "Best" : "Worst"} view`));
  const pause = h("button", { type: "button", class: "pause" }, "Pause");
  const words = h("p", { role: "status", class: "verdict" });
  const keys = h("figcaption", { id: "keys" },
    h("span", {}, "Drag, or turn by the arrow keys. Click a digit to choose it."));
  const outside = h("span", {});
  keys.append(outside);
  const cloud = h("figure", {}, h("div", { class: "frame" }, canvas, pause), keys);
  const element = h("section", { class: "explorable", "aria-label": "Turn codes in space" },
    h("div", { class: "choose" }, table.element,
      h("div", { class: "buttons" }, best, worst), words),
    h("div", { class: "watch" }, cloud, classes.element, shares.element, digit.element));

  return {
    element, canvas, colour: classes.colour,
    listen(act) {
      table.listen(act.space);
      classes.listen(act.only);
      digit.listen(act.choose);
      best.addEventListener("click", () => act.search("best"));
      worst.addEventListener("click", () => act.search("worst"));
      pause.addEventListener("click", act.spin);
    },
    offer(models) {
      table.fill(models.spaces);
      digit.offer(models.digits.labels, models.first);
    },
    say(text) { if (words.textContent !== text) words.textContent = text; },
    drawMotion(motion) {
      pause.hidden = !motion.mayMove();
      setText(pause, motion.spins() ? "Pause" : "Turn slowly");
    },
    drawShares(state) {
      shares.draw(state);
      const count = state.outside;
      setText(outside, count ? `${count} ${count === 1 ? "lies" : "lie"} outside.` : "");
    },
    describe: (state, { turn, tilt }) => {
      canvas.setAttribute("aria-label", `A cloud of ${whom(state)} by their codes, ` +
        `${NAMES[state.name]}, turned by ${Math.round(turn)} degrees and tilted by ` +
        `${Math.round(tilt)}.`);
    },
    showDigit: digit.show,
  };
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// ---- four codes -------------------------------------------------------------------

function makeTable() {
  const inputs = Object.keys(NAMES).map((value, n) =>
    h("input", { type: "radio", name: "space", value, checked: n === 0 }));
  const cells = inputs.map(() => [h("td", {}, "–"), h("td", {}, "–")]);
  const rows = inputs.map((input, n) => h("tr", {},
    h("th", { scope: "row" }, h("label", {}, input, NAMES[input.value])), ...cells[n]));
  const heads = ["Code of 3 numbers", "MSE", "Nearest same"].map((text) =>
    h("th", { scope: "col" }, text));
  const note = h("p", { class: "note" },
    `Of 500 validation digits. The mean image has ${figures.meanImage.toFixed(4)}.`);
  return {
    element: h("div", { class: "spaces" }, h("table", {},
      h("thead", {}, h("tr", {}, ...heads)), h("tbody", {}, ...rows)), note),
    listen(use) {
      for (const input of inputs) input.addEventListener("change", () => use(input.value));
    },
    fill(spaces) {
      inputs.forEach(({ value }, n) => {
        cells[n][0].textContent = spaces[value].error.toFixed(4);
        cells[n][1].textContent = percent(spaces[value].nearest);
      });
    },
  };
}

// ---- which classes are in colour --------------------------------------------------

function makeClasses() {
  const chosen = new Set();
  const buttons = CLASSES.map((digit) =>
    h("button", { type: "button", class: "digit" }, `${digit}`));
  const all = h("button", { type: "button" }, "All");
  const mark = () => {
    buttons.forEach((each, digit) => each.setAttribute("aria-pressed", chosen.has(digit)));
    all.setAttribute("aria-pressed", chosen.size === 0);
  };
  mark();
  return {
    element: h("div", { class: "classes", role: "group", "aria-label": "Digits in colour" },
      h("span", { class: "label" }, "In colour"), all, ...buttons),
    colour(colours) {
      buttons.forEach((each, digit) => each.style.setProperty("--own", colours[digit]));
    },
    listen(only) {
      buttons.forEach((button, digit) => button.addEventListener("click", () => {
        if (!chosen.delete(digit)) chosen.add(digit);
        mark();
        only(new Set(chosen));
      }));
      all.addEventListener("click", () => {
        chosen.clear();
        mark();
        only(new Set());
      });
    },
  };
}

// ---- numbers ----------------------------------------------------------------------

function makeShares() {
  const code = fact("in the code"), picture = fact("in this picture");
  const chance = fact("by chance");
  const title = h("p", { class: "label" }, "The nearest one shows the same digit");
  return {
    element: h("div", {}, title,
      h("dl", { class: "facts shares" }, ...[code, picture, chance].map((each) => each.element))),
    draw(state) {
      const told = state.only.size !== 1;
      code.say(told ? percent(state.code) : "–");
      picture.say(told ? percent(state.picture) : "–");
      chance.say(told ? percent(state.chance) : "–");
    },
  };
}

// ---- one digit --------------------------------------------------------------------

function makeDigit() {
  const choice = h("select", { name: "digit" });
  const [image, back] = [small(), small()];
  const near = Array.from({ length: 5 }, () => ({ ...small(), at: null }));
  const buttons = near.map(({ element }, k) => h("button",
    { type: "button", "aria-label": `Near neighbour ${k + 1}, not loaded yet` }, element));
  const [imageTitle, backTitle] = [h("figcaption", {}), h("figcaption", {})];
  const titles = near.map(() => h("span", {}));
  buttons.forEach((button, n) => button.append(titles[n]));

  function show(n, others, { labels, image: pixels }, { xHat, error }) {
    choice.value = n;
    image.show(pixels(n), `The digit: a ${labels[n]}.`);
    back.show(xHat, `Its reconstruction, with an error of ${error.toFixed(4)}.`);
    imageTitle.textContent = `a ${labels[n]}`;
    backTitle.textContent = error.toFixed(4);
    others.forEach((other, k) => {
      near[k].at = other;
      near[k].show(pixels(other), "");
      buttons[k].setAttribute("aria-label", `${labels[other]}, near neighbour ${k + 1}`);
      buttons[k].classList.toggle("other", labels[other] !== labels[n]);
      titles[k].textContent = labels[other];
    });
  }

  const part = (title, kind, ...children) => h("div", { class: kind },
    h("span", { class: "label" }, title), h("div", { class: "row" }, ...children));
  return {
    element: h("div", { class: "one" }, field("Digit", choice),
      h("div", { class: "pictures" },
        part("x and x̂ (MSE)", "pair", h("figure", {}, image.element, imageTitle),
          h("figure", {}, back.element, backTitle)),
        part("The five nearest in the code", "near", ...buttons))),
    show,
    listen(choose) {
      choice.addEventListener("change", () => choose(Number(choice.value)));
      buttons.forEach((button, k) => button.addEventListener("click", () =>
        near[k].at !== null && choose(near[k].at)));
    },
    offer(labels, first) {
      choice.replaceChildren(...CLASSES.map((digit) => h("optgroup", { label: `Digit ${digit}` },
        ...[...labels.keys()].filter((n) => labels[n] === digit).map((n) =>
          h("option", { value: n }, `${digit}, number ${n}`)))));
      choice.value = first;
    },
  };
}

function small() {
  const element = h("canvas", { width: 28, height: 28, class: "image", "aria-hidden": true });
  return {
    element,
    show(pixels, description) {
      putImage(element, pixels);
      if (!description) return;
      element.removeAttribute("aria-hidden");
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", description);
    },
  };
}
