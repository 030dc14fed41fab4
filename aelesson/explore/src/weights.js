// Networks that the library trained, and what they compute.
//
// A file holds, in the format safetensors, whole numbers of 8 bits and a scale per unit,
// as tools/explore/weights.py writes them.

import { activate, apply } from "./network.js";

const TYPES = { I8: Int8Array, I16: Int16Array, F32: Float32Array };

// { name: layers } of the bytes of a file; layers are those of network.js, or
// convolutions.
export function readNetworks(bytes) {
  const { described, tensor } = open(bytes);
  const entries = Object.entries(described).map(([name, layers]) =>
    [name, layers.map((layer, n) => readLayer(layer, (key) => tensor(`${name}.${n}.${key}`)))]);
  return Object.fromEntries(entries);
}

// { shape, values } of another tensor of such a file.
export const readTensor = (bytes, name) => open(bytes).tensor(name);

// Eight bytes say how long the header is; the numbers lie behind it.
function open(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, start)));
  return {
    described: JSON.parse(header.__metadata__.networks),
    tensor(name) {
      const { dtype, shape, data_offsets: [from, to] } = header[name];
      const copy = bytes.slice(start + from, start + to); // in step with its own start
      return { shape, values: new TYPES[dtype](copy.buffer) };
    },
  };
}

function readLayer({ kind, activation }, part) {
  const steps = part("weight"), scale = part("scale").values;
  const W = new Float32Array(steps.values.length), b = part("bias").values;
  const unit = kind === "dense" ? (i) => i % scale.length : unitOf(steps.shape);
  for (let i = 0; i < W.length; i++) W[i] = steps.values[i] * scale[unit(i)];
  const [inputs, outputs] = kind === "dense" ? steps.shape : [steps.shape[1], steps.shape[0]];
  return { kind, activation, inputs, outputs, W: { value: W }, b: { value: b } };
}

function unitOf([, channels]) {
  return (i) => Math.floor(i / (channels * 9));
}

// What a network makes of x, a row of numbers per example.
export const run = (layers, x) => layers.reduce(
  (y, layer) => (layer.kind === "conv" ? convolve(layer, y) : apply(layer, y)), x);

// A 3 x 3 convolution with a border of zeros, over images of 28 x 28, channel by channel.
export function convolve({ inputs, outputs, activation, W, b }, x, side = 28) {
  const area = side * side, count = x.length / (inputs * area);
  const y = new Float32Array(count * outputs * area);
  for (let n = 0; n < count; n++) {
    const framed = Array.from({ length: inputs }, (_, i) => withBorder(x, n * inputs + i, side));
    for (let o = 0; o < outputs; o++) {
      const at = (n * outputs + o) * area;
      const map = y.subarray(at, at + area).fill(b.value[o]);
      framed.forEach((each, i) =>
        addFiltered(map, each, W.value.subarray((o * inputs + i) * 9), side));
    }
  }
  return activate[activation](y);
}

// Channel n of x, within zeros.
function withBorder(x, n, side) {
  const wide = side + 2, framed = new Float32Array(wide * wide);
  for (let r = 0; r < side; r++) {
    const from = (n * side + r) * side;
    framed.set(x.subarray(from, from + side), (r + 1) * wide + 1);
  }
  return framed;
}

// y += x filtered by nine weights. All nine at once: y is read and written only once.
function addFiltered(y, x, [a, b, c, d, e, f, g, h, k], side) {
  const wide = side + 2;
  for (let r = 0; r < side; r++) {
    for (let i = r * side, up = r * wide; i < (r + 1) * side; i++, up++) {
      const at = up + wide, down = at + wide;
      y[i] += a * x[up] + b * x[up + 1] + c * x[up + 2] +
        d * x[at] + e * x[at + 1] + f * x[at + 2] +
        g * x[down] + h * x[down + 1] + k * x[down + 2];
    }
  }
}
