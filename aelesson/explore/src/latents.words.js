// What the page says of a state, in words.

import { byGuessing, steered } from "./sparse.js";

export const NAMES = {
  sae: "sparse autoencoder", random: "random directions", images: "training images",
};
const OWNERS = { ...NAMES, sae: "the SAE" };
export const LETTERS = ["A", "B"];
const FEW = 5; // rounds that tell little

export const chosen = ({ books, sides }, side) => books[sides[side].code][sides[side].place];

export function words(state) {
  return WORDS[state.stage](state);
}

const WORDS = {
  loading: () => "Loading digits (0.8 MB) and networks (0.3 MB), and computing activations …",
  failed: ({ reason }) => `This cannot be shown here: ${reason}.`,
  asked: (state) =>
    `Pair ${state.rounds + 1}. One latent is the sparse autoencoder’s, one stands for a ` +
    `random direction. You see the nine test images where each is strongest. ` +
    `Which is the SAE’s?${soFar(state)}`,
  answered(state) {
    const { answer, sae } = state;
    const verdict = answer === sae ? "Right" : "Wrong";
    return `${verdict}: ${LETTERS[sae]} is the SAE’s, ${LETTERS[1 - sae]} is of random ` +
      `directions. ${score(state)}`;
  },
  open(state) {
    const [a, b] = [0, 1].map((side) => steeredInWords(state, side));
    const { digit, length } = state;
    const push = length === 0 ? `Nothing is added: the ${digit}` :
      `With a push of length ${length} the ${digit}`;
    const along = length === 0 ? "" : ` along A, for ${b} along B`;
    const sides = `${sideInWords(state, 0)} ${sideInWords(state, 1)}`;
    return `${sides} ${push} is taken for ${a}${along}.`;
  },
};

const soFar = ({ rounds, right }) => (rounds ? ` So far ${right} of ${rounds} right.` : "");

function score({ rounds, right, purer }) {
  const wrong = rounds - purer.right - purer.equal;
  const chance = Math.round(100 * byGuessing(right, rounds)) || "fewer than 1";
  const luck = rounds < FEW ? "too few pairs to tell that from guessing" :
    `who guesses has ${right} or more in ${chance} of 100 tries`;
  return `So far ${right} of ${rounds} right: ${luck}. “The purer nine are the SAE’s”: ` +
    `right in ${purer.right}, wrong in ${wrong}, equal in ${purer.equal}.`;
}

function sideInWords(state, side) {
  const { latent, purity } = chosen(state, side);
  return `${LETTERS[side]}: latent ${latent} of ${OWNERS[state.sides[side].code]}, purity ` +
    `${purity.toFixed(2)}.`;
}

function steeredInWords(state, side) {
  const { logits, length, example } = state;
  const chances = steered(logits, example, chosen(state, side).added, length);
  return chances.indexOf(Math.max(...chances));
}
