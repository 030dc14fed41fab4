// How a digit is named.

export const aDigit = (n) => (n === 8 ? "an 8" : `a ${n}`);
