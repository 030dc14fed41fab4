// What every explorable stands on: a place of its own in the page, its assets, its theme.
//
// JupyterLab calls render({ model, el }) through anywidget, the site calls
// mount(el, settings). What is drawn is the same.

import base from "./base.css";

// build(stage, settings) fills stage.root, and may return a function that ends it.
export function explorable({ css, build }) {
  const render = ({ model, el }) => {
    const stage = makeStage(model, el, css);
    try {
      const settings = model.get("settings") ?? {};
      const end = build(stage, settings);
      return () => { stage.end(); end?.(); };
    } catch (error) {
      stage.root.append(inWords(error));
      return stage.end;
    }
  };
  const mount = (el, settings = {}) => render({ model: standIn(settings), el });
  return { render, mount };
}

// What the site hands over in place of JupyterLab's model.
const standIn = (settings) => ({
  get: (name) => ({ settings })[name],
  set() {}, save_changes() {}, on() {}, off() {},
});

function makeStage(model, el, css) {
  const root = el.shadowRoot ?? el.attachShadow({ mode: "open" });
  const style = document.createElement("style");
  style.textContent = base + css;
  root.replaceChildren(style);
  // Or JupyterLab would take what is typed here for its own shortcuts.
  el.setAttribute("data-lm-suppress-shortcuts", "true");
  return { root, asset: (name) => asset(model, name), end: followTheme(el) };
}

// The bytes of a file: from Python in JupyterLab, from beside the module on the site.
async function asset(model, name) {
  const sent = model.get(name.replace(".", "_"));
  if (sent) return new Uint8Array(sent.buffer, sent.byteOffset, sent.byteLength);
  const answer = await fetch(new URL(name, import.meta.url));
  if (!answer.ok) throw new Error(`${name} is not there (${answer.status})`);
  return new Uint8Array(await answer.arrayBuffer());
}

// Light letters mean a dark page, whatever makes it dark.
function followTheme(el) {
  const update = () => {
    const color = getComputedStyle(el).color.match(/[\d.]+/g) ?? [0, 0, 0];
    const [red, green, blue] = color.map(Number);
    const light = 0.3 * red + 0.6 * green + 0.1 * blue > 128;
    el.dataset.theme = light ? "dark" : "light";
  };
  const observer = new MutationObserver(update);
  for (const each of [document.documentElement, document.body]) {
    observer.observe(each, { attributes: true });
  }
  const preference = matchMedia("(prefers-color-scheme: dark)");
  preference.addEventListener("change", update);
  addEventListener("load", update); // styles may come late
  const laidOut = new ResizeObserver(update); // JupyterLab attaches el after this
  laidOut.observe(el);
  update();
  return () => {
    observer.disconnect();
    laidOut.disconnect();
    preference.removeEventListener("change", update);
    removeEventListener("load", update);
  };
}

function inWords(error) {
  const words = document.createElement("p");
  words.setAttribute("role", "alert");
  words.textContent = `This explorable cannot start: ${error.message}`;
  return words;
}

// A worker from the text of its program: no second file, in JupyterLab either.
export function startWorker(program, onmessage, onfailure) {
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address);
  worker.onmessage = ({ data }) => onmessage(data);
  worker.onerror = (event) => onfailure(event.message || "its worker was refused");
  const revoke = () => URL.revokeObjectURL(address); // not before it has been read
  for (const read of ["message", "error"]) {
    worker.addEventListener(read, revoke, { once: true });
  }
  return worker;
}

// Draw at most once a frame, however often something changes.
export function oncePerFrame(draw) {
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      draw();
    });
  };
}
