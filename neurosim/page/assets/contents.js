// The contents of a page: a document, and numbers that it refers to; see neurosim/page/contents.py.

const [RAW, CONSTANT, SAME, PARAMETER] = [0, 1, 2, 3];
const NETWORK = -1;

/** Inflate what stands in the page in base64. */
async function inflated(text) {
  const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers whose first bytes stand together, then their second bytes, and so on. */
function numbersOf(planes) {
  const count = planes.length / 8;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < 8; plane += 1) {
    for (let at = 0; at < count; at += 1) bytes[8 * at + plane] = planes[plane * count + at];
  }
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: count }, (_, at) => view.getFloat64(8 * at, true));
}

class Contents {
  constructor(bytes, words) {
    this.words = words;
    const length = new DataView(bytes.buffer).getUint32(0, true);
    this.document = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    this.numbers = numbersOf(bytes.subarray(4 + length));
    const { samples, updates } = this.document;
    this.sampleRows = new Map(samples.map(([epoch, , sample], row) => [`${epoch} ${sample}`, row]));
    this.updateRows = new Map(updates.map(([epoch, batch], row) => [`${epoch} ${batch}`, row]));
  }

  /** A number of the table of samples or of updates. */
  value(unit, row, column) {
    const { columns } = this.document.units[unit];
    const [kind, at] = [columns[2 * column], columns[2 * column + 1]];
    if (kind === RAW) return this.numbers[at + row];
    if (kind === CONSTANT) return this.numbers[at];
    if (kind === SAME) return this.value(unit, row, at);
    const [epoch, batch] = this.document[`${unit}s`][row];
    if (kind === PARAMETER) return this.parameter(epoch, batch, at);
    const last = Math.min((batch + 1) * this.document.batch_size, this.document.n_rows) - 1;
    return this.value("sample", this.sampleRows.get(`${epoch} ${last}`), at);
  }

  /** A parameter at the start of a batch of an epoch, by the epoch's place among the recorded. */
  parameter(epoch, batch, parameter) {
    const column = this.document.after[parameter];
    if (batch === 0 || column < 0) return this.state(this.document.states.starts[epoch], parameter);
    return this.value("update", this.updateRows.get(`${epoch} ${batch - 1}`), column);
  }

  /** A parameter after an epoch, by the epoch's place among those whose parameters are here. */
  state(place, parameter) {
    return this.numbers[this.document.states.at + place * this.document.parameters.length + parameter];
  }

  /** What an input is in a row of the data. */
  input(row, i) {
    const { rows, inputs } = this.document;
    return this.numbers[rows.X + row * inputs.length + i];
  }

  target(row, i) {
    const { rows, outputs } = this.document;
    return this.numbers[rows.T + row * outputs.length + i];
  }

  /** A loss, by its place among the epochs whose loss is here. */
  loss(place) {
    return this.numbers[this.document.losses.at + place];
  }

  /** The losses of the validation rows, after each epoch of which it is here. */
  validation() {
    const { epochs, at } = this.document.validation;
    return epochs.map((_, place) => this.numbers[at + place]);
  }

  /** What a neuron answers at a point of the map, by the map's place; see drawMap. */
  answer(place, neuron, point) {
    const { neurons, size } = this.document.map;
    const picture = place * neurons.length + neurons.indexOf(neuron);
    return this.numbers[this.document.pictures + picture * size * size + point] / 100;
  }

  /** The text of a step, or a line of an explanation. */
  text(unit, row, number) {
    const { numbers: runs, patterns, which } = this.document.units[unit].texts[number];
    const operands = columnsIn(runs).map((column) => this.value(unit, row, column));
    return written(this.document.patterns[patterns[this.value(unit, row, which)]], operands);
  }

  leftSide(unit, number) {
    return leftSideOf(this.document, unit, number);
  }
}

/** Columns that are given as runs: where each begins, and how long it is. */
function columnsIn(runs) {
  const found = [];
  for (let run = 0; run < runs.length; run += 2) {
    for (let k = 0; k < runs[run + 1]; k += 1) found.push(runs[run] + k);
  }
  return found;
}

/** What a text says the value of: the left side of its last line. */
function leftSideOf(document, unit, number) {
  const { patterns } = document.units[unit].texts[number];
  const texts = document.patterns[patterns[0]].filter((_, at) => at % 2 === 0);
  return texts.join("").split("\n").at(-1).split(" = ")[0];
}
