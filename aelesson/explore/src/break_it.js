// Four faults that look well. The reader guesses first; a number tells.

import { makeBeta } from "./break_it.beta.js";
import css from "./break_it.css";
import { makeCodes, makeSigmoid, makeTested } from "./break_it.pairs.js";
import { h } from "./elements.js";
import { readGrey } from "./png.js";
import { explorable, oncePerFrame } from "./stage.js";
import { readNetworks } from "./weights.js";

export const { render, mount } = explorable({ css, build });
export default { render };

const DIGITS = "break_it.png";

// A task has a title, controls and pictures, says which file it needs, and draws what the
// networks of that file make of the digits; draw returns what is to be said.
function build(stage) {
  const store = makeStore(stage, () => draw());
  const acted = () => { store.forgetFailures(); draw(); };
  const tasks = [makeBeta, makeCodes, makeTested, makeSigmoid].map((make) => make(acted));
  let task = tasks[0];
  const controls = h("div"), pictures = h("div", { class: "watch" });
  const words = h("p", { role: "status", class: "verdict" });
  const panel = h("div", { role: "tabpanel", id: "task" },
    h("div", { class: "choose" }, controls, words), pictures);
  const tabs = makeTabs(tasks.map(({ title }) => title), panel, (n) => {
    task = tasks[n];
    lay();
    acted();
  });

  function lay() {
    controls.replaceChildren(task.controls);
    pictures.replaceChildren(task.pictures);
  }

  const draw = oncePerFrame(() => {
    const networks = store.take(task.file(), readNetworks);
    const digits = store.take(DIGITS, readDigits);
    const failure = networks.failure ?? digits.failure;
    const ready = networks.value && digits.value;
    pictures.hidden = Boolean(failure); // those of another file
    pictures.setAttribute("aria-busy", !ready);
    const said = failure ? `It cannot be shown: ${failure}.` :
      ready ? task.draw(networks.value, digits.value) : "Loading …";
    if (words.textContent !== said) words.textContent = said;
  });

  lay();
  stage.root.append(h("section", { class: "explorable", "aria-label": "Break an autoencoder" },
    tabs, panel));
  draw();
}

// Files, each read once: { value }, { failure }, or neither while it is on its way.
function makeStore(stage, changed) {
  const kept = new Map();
  return {
    take(name, read) {
      if (!kept.has(name)) {
        const entry = {};
        kept.set(name, entry);
        stage.asset(name).then(read)
          .then((value) => { entry.value = value; }, ({ message }) => { entry.failure = message; })
          .then(changed);
      }
      return kept.get(name);
    },
    // What failed is asked for again when the reader does something.
    forgetFailures() {
      for (const [name, { failure }] of kept) if (failure) kept.delete(name);
    },
  };
}

// Ten validation digits, and below them ten of the first training digits.
async function readDigits(bytes) {
  const rows = await readGrey(bytes);
  const images = (from) =>
    Float32Array.from(rows.slice(from, from + 10).flatMap((row) => [...row]), (p) => p / 255);
  return { validation: images(0), training: images(10) };
}

// One tab is in the order of focus; arrows lead to the others.
function makeTabs(titles, panel, choose) {
  const tabs = titles.map((title, n) => h("button", {
    type: "button", role: "tab", id: `tab${n}`, "aria-controls": panel.id,
    onclick: () => select(n),
  }, title));

  function mark(n) {
    tabs.forEach((tab, k) => {
      tab.setAttribute("aria-selected", k === n);
      tab.tabIndex = k === n ? 0 : -1;
    });
    panel.setAttribute("aria-labelledby", tabs[n].id);
  }

  function select(n) {
    mark(n);
    tabs[n].focus();
    choose(n);
  }

  function press(event) {
    const at = tabs.indexOf(event.target), last = tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1,
      Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    select(to);
  }

  mark(0);
  return h("div", { role: "tablist", "aria-label": "Faults", onkeydown: press }, ...tabs);
}
