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
    for (let o = 0; o < outputs; o++) {
      const at = (n * outputs + o) * area;
      const map = y.subarray(at, at + area).fill(b.value[o]);
      for (let i = 0; i < inputs; i++) {
        const from = (n * inputs + i) * area;
        addFiltered(map, x.subarray(from, from + area), W.value, (o * inputs + i) * 9, side);
      }
    }
  }
  return activate[activation](y);
}

// y += x filtered by nine weights, one shift after the other.
function addFiltered(y, x, W, first, side) {
  for (let k = 0; k < 9; k++) {
    const weight = W[first + k];
    const down = Math.floor(k / 3) - 1, right = (k % 3) - 1;
    const shift = down * side + right;
    for (let r = Math.max(0, -down); r < Math.min(side, side - down); r++) {
      const end = r * side + Math.min(side, side - right);
      for (let i = r * side + Math.max(0, -right); i < end; i++) y[i] += weight * x[i + shift];
    }
  }
}
