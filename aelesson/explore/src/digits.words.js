// What digits are called.

export const aDigit = (n) => (n === 8 ? "an 8" : `a ${n}`);
