// Numbers as Python writes them: the same digits, ties to the even one, the same exponents.

/** Whether a decimal stands exactly between two shorter ones: its digits behind are 5, 0, 0, ... */
function isTie(digits, count) {
  return digits[count] === "5" && /^0*$/.test(digits.slice(count + 1));
}

/** The exact digits of a positive number, and the exponent of the first of them. */
function exactDigits(size) {
  const [mantissa, exponent] = size.toExponential(100).split("e");
  return [mantissa.replace(".", ""), Number(exponent)];
}

/** So many digits of a positive number, rounded half to even, and the exponent of the first. */
function rounded(size, count) {
  const [mantissa, exponent] = size.toExponential(count - 1).split("e");
  const short = mantissa.replace(".", "");
  const [digits, at] = exactDigits(size);
  if (!isTie(digits, count)) return [short, Number(exponent)];
  if (Number(digits[count - 1]) % 2 === 0) return [digits.slice(0, count), at];
  const up = (BigInt(digits.slice(0, count)) + 1n).toString();
  return up.length > count ? [up.slice(0, count), at + 1] : [up, at];
}

const stripped = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

/** A positive number in so many digits, as Python's format does with g. */
function general(size, count) {
  if (Number.isNaN(size)) return "nan";
  if (size === Infinity) return "inf";
  if (size === 0) return "0";
  const [digits, exponent] = rounded(size, count);
  if (exponent < -4 || exponent >= count) {
    const mantissa = stripped(`${digits[0]}.${digits.slice(1)}`);
    const power = String(Math.abs(exponent)).padStart(2, "0");
    return `${mantissa}e${exponent < 0 ? "-" : "+"}${power}`;
  }
  if (exponent < 0) return stripped(`0.${"0".repeat(-exponent - 1)}${digits}`);
  return stripped(`${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`);
}

const isNegative = (value) => value < 0 || Object.is(value, -0);

/** A number with six digits, as printed arithmetic shows it. */
function short(value) {
  if (value === null || value === undefined) return "?";
  return `${isNegative(value) ? "-" : ""}${general(Math.abs(value), 6)}`;
}

/** A whole number nearest to a positive one, half to even. */
function whole(size) {
  const floor = Math.floor(size);
  const rest = size - floor;
  return String(rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
}

/** A number in few digits, as drawings write it; the minus is the one of mathematics. */
function brief(value, digits = 3) {
  const sign = value < 0 ? "\u2212" : "";
  const size = Math.abs(value);
  const plain = general(size, digits);
  if (size < 99999.5 && Number(plain) >= 10 ** digits) return `${sign}${whole(size)}`;
  if (!plain.includes("e") && plain.length <= digits + 4) return `${sign}${plain}`;
  if (!Number.isFinite(size)) return `${sign}${plain}`;
  const [found, exponent] = rounded(size, digits);
  const mantissa = digits > 1 ? stripped(`${found[0]}.${found.slice(1)}`) : found;
  return `${sign}${mantissa}e${exponent}`.replace("-", "\u2212");
}

const operand = (value) => (value < 0 ? `(${short(value)})` : short(value));
const signed = (value) => ` ${value < 0 ? "-" : "+"} ${short(Math.abs(value))}`;
const plus = (weight, value) => `${signed(weight)}*${operand(value)}`;

const OPERATIONS = {
  S: short,
  A: (value) => short(Math.abs(value)),
  O: operand,
  P: plus,
  G: signed,
  M: (first, second) => short(first * second),
};

/** The text of a pattern: texts at even places, operations on some of the numbers at odd ones. */
function written(pattern, numbers) {
  return pattern
    .map((part, at) => {
      if (at % 2 === 0) return part;
      const places = part.slice(1).split(" ");
      return OPERATIONS[part[0]](...places.map((place) => numbers[Number(place)]));
    })
    .join("");
}
