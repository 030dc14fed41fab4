// An autoencoder of dense layers, in plain arrays: everything that learns is here.
//
// x is a batch of images, a row each: x[n * width + i]. W has a row per input, so that
// every inner loop walks along memory. delta is the gradient of the loss with respect
// to what a layer computes before its activation.

// ---- the network ------------------------------------------------------------------

// 784 -> hidden -> latentDim -> hidden -> 784, as models.Autoencoder.mlp builds it.
export function autoencoder({ pixels, hidden, latentDim, code }, random) {
  return [
    layer(pixels, hidden, "relu", random),
    layer(hidden, latentDim, code, random),
    layer(latentDim, hidden, "relu", random),
    layer(hidden, pixels, "sigmoid", random),
  ];
}

export function layer(inputs, outputs, activation, random) {
  const bound = 1 / Math.sqrt(inputs); // where PyTorch begins, too
  const draw = () => (2 * random() - 1) * bound;
  const W = parameter(inputs * outputs, draw);
  return { inputs, outputs, activation, W, b: parameter(outputs, draw) };
}

function parameter(length, draw) {
  const zeros = () => new Float32Array(length);
  const value = zeros().map(draw);
  return { value, gradient: zeros(), mean: zeros(), square: zeros() };
}

// ---- forward ----------------------------------------------------------------------

// What every layer makes of the images before it: [x, hidden, z, hidden, xHat].
export function forward(layers, x) {
  const outputs = [x];
  for (const each of layers) outputs.push(apply(each, outputs.at(-1)));
  return outputs;
}

// y = activation(x W + b)
export function apply({ inputs, outputs, activation, W, b }, x) {
  const count = x.length / inputs;
  const y = new Float32Array(count * outputs);
  for (let n = 0; n < count; n++) y.set(b.value, n * outputs);
  const byRow = { rows: count, inner: inputs, at: (n, i) => n * inputs + i };
  addProduct(y, x, byRow, W.value, outputs);
  return activate[activation](y);
}

export const activate = {
  linear: (y) => y,
  relu: (y) => y.map((value) => (value > 0 ? value : 0)),
  sigmoid: (y) => y.map((value) => 1 / (1 + Math.exp(-value))),
};

// The derivative of an activation, told by its output.
const slope = {
  linear: () => 1,
  relu: (y) => (y > 0 ? 1 : 0),
  sigmoid: (y) => y * (1 - y),
};

// ---- the loss ---------------------------------------------------------------------

// Each loss: its mean over the batch, and the delta of the last layer.
export const losses = {
  // Mean squared error per pixel.
  mse(xHat, x) {
    const share = 2 / xHat.length;
    const delta = xHat.map((p, i) => share * (p - x[i]) * p * (1 - p));
    return { loss: squaredError(xHat, x), delta };
  },
  // Binary cross-entropy, in nats per image. Its delta, with a sigmoid, is short.
  bce(xHat, x, count) {
    let total = 0;
    for (let i = 0; i < xHat.length; i++) {
      total -= x[i] * log(xHat[i]) + (1 - x[i]) * log(1 - xHat[i]);
    }
    return { loss: total / count, delta: xHat.map((p, i) => (p - x[i]) / count) };
  },
};

// As PyTorch's: never below -100, where float32 has no room left between p and 1.
const log = (p) => Math.max(Math.log(p), -100);

export function squaredError(xHat, x) {
  let total = 0;
  for (let i = 0; i < xHat.length; i++) total += (xHat[i] - x[i]) ** 2;
  return total / xHat.length;
}

// ---- backward ---------------------------------------------------------------------

// Fill every gradient, from the last layer to the first.
export function backward(layers, outputs, delta) {
  for (let k = layers.length - 1; k >= 0; k--) {
    gradients(layers[k], outputs[k], delta);
    if (k > 0) delta = deltaBelow(layers[k], layers[k - 1], outputs[k], delta);
  }
}

// dL/dW = x^T delta, dL/db = sum of delta
function gradients({ inputs, outputs, W, b }, x, delta) {
  W.gradient.fill(0);
  b.gradient.fill(0);
  const byColumn = { rows: inputs, inner: x.length / inputs, at: (i, n) => n * inputs + i };
  addProduct(W.gradient, x, byColumn, delta, outputs);
  for (let at = 0; at < delta.length; at++) b.gradient[at % outputs] += delta[at];
}

// delta of the layer below = (delta W^T) * slope
function deltaBelow({ inputs, outputs, W }, { activation }, x, delta) {
  const below = new Float32Array(x.length);
  for (let n = 0; n < x.length / inputs; n++) {
    const row = delta.subarray(n * outputs, (n + 1) * outputs);
    for (let i = 0; i < inputs; i++) {
      const at = n * inputs + i;
      const steep = slope[activation](x[at]);
      // Behind a silent ReLU no gradient flows: nothing to compute.
      if (steep !== 0) below[at] = steep * dot(W.value, i * outputs, row);
    }
  }
  return below;
}

// ---- the optimizer ----------------------------------------------------------------

// Adam (Kingma and Ba, 2015). step counts from 1.
export function adam(layers, rate, step) {
  for (const { W, b } of layers) {
    move(W, rate, step);
    move(b, rate, step);
  }
}

function move({ value, gradient, mean, square }, rate, step) {
  const pace = rate / (1 - 0.9 ** step);
  const scale = 1 / Math.sqrt(1 - 0.999 ** step);
  for (let i = 0; i < value.length; i++) {
    const g = gradient[i];
    mean[i] += 0.1 * (g - mean[i]);
    square[i] += 0.001 * (g * g - square[i]);
    value[i] -= (pace * mean[i]) / (Math.sqrt(square[i]) * scale + 1e-8);
  }
}

// One cycle: up to the peak in 30 % of the steps, then down to nothing, along cosines.
export const schedules = {
  constant: (rate) => rate,
  cycle(rate, step, steps) {
    const top = 0.3 * steps - 1;
    const along = (from, to, share) => to + ((from - to) / 2) * (1 + Math.cos(Math.PI * share));
    if (step <= top) return along(rate / 25, rate, step / top);
    return along(rate, rate / 25e4, (step - top) / (steps - 1 - top));
  },
};

// ---- training ---------------------------------------------------------------------

// One step: reconstruct a batch, measure its loss, compute gradients, move the weights.
export function trainStep(layers, x, { loss, rate, step }) {
  const outputs = forward(layers, x);
  const xHat = outputs.at(-1);
  const measured = losses[loss](xHat, x, x.length / layers[0].inputs);
  backward(layers, outputs, measured.delta);
  adam(layers, rate, step);
  return { loss: measured.loss, mse: squaredError(xHat, x) };
}

// ---- numbers at random ------------------------------------------------------------

// Numbers in [0, 1) from a seed (mulberry32), the same ones in every browser.
export function randomFrom(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

// 0 to count - 1 in a new order (Fisher and Yates).
export function shuffled(count, random) {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

// ---- products: nearly all of the time is spent here -------------------------------

// out += A B, for a B with rows of `width` numbers. Most pixels are black, and many
// hidden units silent: zeros of A are left out.
function addProduct(out, A, { rows, inner, at }, B, width) {
  const values = new Float32Array(inner);
  const starts = new Int32Array(inner); // of the rows of B that they belong to
  for (let r = 0; r < rows; r++) {
    let used = 0;
    for (let k = 0; k < inner; k++) {
      const value = A[at(r, k)];
      if (value === 0) continue;
      values[used] = value;
      starts[used++] = k * width;
    }
    addRows(out.subarray(r * width, (r + 1) * width), values, starts, used, B);
  }
}

// y += a sum of rows of B. Eight sums at once stay in the processor's registers.
function addRows(y, values, starts, used, B) {
  let j = 0;
  for (; j + 7 < y.length; j += 8) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    for (let k = 0; k < used; k++) {
      const value = values[k];
      const at = starts[k] + j;
      s0 += value * B[at];
      s1 += value * B[at + 1];
      s2 += value * B[at + 2];
      s3 += value * B[at + 3];
      s4 += value * B[at + 4];
      s5 += value * B[at + 5];
      s6 += value * B[at + 6];
      s7 += value * B[at + 7];
    }
    y[j] += s0;
    y[j + 1] += s1;
    y[j + 2] += s2;
    y[j + 3] += s3;
    y[j + 4] += s4;
    y[j + 5] += s5;
    y[j + 6] += s6;
    y[j + 7] += s7;
  }
  for (; j < y.length; j++) {
    for (let k = 0; k < used; k++) y[j] += values[k] * B[starts[k] + j];
  }
}

// Four sums at once, as one would wait for itself.
function dot(W, from, y) {
  let a = 0, b = 0, c = 0, d = 0, j = 0;
  for (; j + 3 < y.length; j += 4) {
    a += W[from + j] * y[j];
    b += W[from + j + 1] * y[j + 1];
    c += W[from + j + 2] * y[j + 2];
    d += W[from + j + 3] * y[j + 3];
  }
  for (; j < y.length; j++) a += W[from + j] * y[j];
  return a + b + c + d;
}
