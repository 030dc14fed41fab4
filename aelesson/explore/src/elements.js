// Elements, labelled controls, rows of digits.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// What only the eye can read; its name comes with what it shows.
export const img = (tag, attributes = {}, ...children) =>
  h(tag, { role: "img", "aria-label": "Not loaded yet.", ...attributes }, ...children);

export const field = (label, control) =>
  h("label", { class: "field" }, h("span", {}, label), control);

// options: { value: what the reader sees }
export function select(name, options, chosen) {
  if (!(chosen in options)) {
    const known = Object.keys(options).join(", ");
    throw new Error(`${name} is ${JSON.stringify(chosen)}; it must be one of ${known}.`);
  }
  const choices = Object.entries(options).map(([value, text]) =>
    h("option", { value, selected: value === String(chosen) }, text));
  return h("select", { name }, ...choices);
}

export function fact(name) {
  const value = h("dd", {}, "–");
  const title = h("dt", {}, name);
  const element = h("div", { class: "fact" }, title, value);
  return { element, title, say: (text) => { value.textContent = text; } };
}

const SIDE = 28, GAP = 2;

// A row of images on a canvas; its description stands for it where it is not seen.
export function imageRow(title, count) {
  const width = count * (SIDE + GAP) - GAP;
  const canvas = img("canvas", { width, height: SIDE });
  const heading = h("span", {}, title);
  const element = h("div", { class: "images" }, heading, canvas);
  const context = canvas.getContext("2d");
  return {
    element,
    // images: one byte per pixel, 0 black
    show(images, title, description) {
      heading.textContent = title;
      canvas.setAttribute("aria-label", description);
      for (let n = 0; n < count; n++) {
        context.putImageData(picture(images, n), n * (SIDE + GAP), 0);
      }
    },
  };
}

function picture(images, n) {
  const data = new ImageData(SIDE, SIDE);
  const colours = new Uint32Array(data.data.buffer); // opaque, and three equal parts
  for (let i = 0; i < SIDE * SIDE; i++) {
    colours[i] = 0xff000000 + 0x010101 * images[n * SIDE * SIDE + i];
  }
  return data;
}

// One image of pixels in [0, 1] on a canvas of 28 x 28.
export function putImage(canvas, x) {
  canvas.getContext("2d").putImageData(picture(inBytes(x), 0), 0, 0);
}

// Pixels in [0, 1] as bytes, as they are drawn.
export const inBytes = (x) => Uint8ClampedArray.from(x, (value) => 255 * value);
