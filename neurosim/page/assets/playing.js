// Playing: inputs, weights and biases with other numbers, and the passes that follow from them.
//
// `PlayedContents` is a source like `Contents`, of one sample: its numbers are those of the
// network's own module, and its texts are the engine's, for any numbers.

const MOST_SLIDERS = 12; // inputs that have one; others are dragged in the network

class PlayedContents {
  constructor(recorded, network, { place, sample, row, input, target, parameters }) {
    Object.assign(this, { recorded, network, place, row });
    const { document: doc, words } = recorded;
    const { unit, patterns, sources } = doc.play;
    this.words = words;
    this.sources = sources;
    this.inputs = Float64Array.from(input);
    this.targets = Float64Array.from(target);
    this.parameters = Float64Array.from(parameters);
    const nothing = { steps: [], lines: [], texts: [], paths: [], n_own: 0 };
    this.document = { ...doc, patterns, units: { sample: unit, update: nothing }, updates: [],
      samples: [[0, 0, sample, row]], after: doc.after.map(() => -1),
      epochs: [doc.states.epochs[place]], states: { ...doc.states, starts: [place] } };
    this.places = doc.neurons.map(({ name }) => network.neurons.indexOf(name));
    this.compute();
  }

  /** The passes with the present numbers, and from them those of every step. */
  compute() {
    this.pass = this.network.pass(this.inputs, this.targets, this.parameters);
    this.numbers = new Float64Array(this.sources.length);
    this.sources.forEach((source, column) => { this.numbers[column] = this.sourced(source); });
    this.seen = new Map();
  }

  /** A number by its source; see neurosim/page/sources.py. */
  sourced([letter, ...which]) {
    const { pass, places, numbers, recorded } = this;
    const [i, second, third] = which;
    const at = places[i];
    switch (letter) {
      case "k": return i;
      case "p": return this.parameters[i];
      case "x": return this.inputs[recorded.document.inputs.indexOf(i)];
      case "y": return pass.outputs[i];
      case "t": return pass.targets[i];
      case "z": return pass.net[at];
      case "a": return pass.output[at];
      case "d": return pass.delta[at];
      case "e": return pass.error[at];
      case "s": return pass.slope[at];
      case "b": return pass.by[second][at];
      case "L": return pass.loss;
      case "=": return numbers[i];
      case "+": return numbers[i] + numbers[second] * numbers[third];
      case "-": return numbers[i] - numbers[second];
      default: return this.mean(which);
    }
  }

  /** What softmax takes from each error: the sum of outputs times errors. */
  mean(pairs) {
    let total = 0;
    for (let i = 0; i < pairs.length; i += 2) {
      const error = pairs[i + 1] < 0 ? 0 : this.numbers[pairs[i + 1]];
      total += this.pass.output[this.places[pairs[i]]] * error;
    }
    return total;
  }

  value(unit, row, column) {
    return this.numbers[column];
  }

  parameter(epoch, batch, parameter) {
    return this.parameters[parameter];
  }

  input(row, i) {
    return this.recorded.input(row, i);
  }

  target(row, i) {
    return this.recorded.target(row, i);
  }

  /** The text of a step, or a line of an explanation. */
  text(unit, row, number) {
    const { numbers: runs, patterns, when } = this.document.units.sample.texts[number];
    let which = 0;
    when.forEach((column, k) => { which += this.numbers[column] === 0 ? 2 ** k : 0; });
    const operands = columnsIn(runs).map((column) => this.numbers[column]);
    return written(this.document.patterns[patterns[which]], operands);
  }

  leftSide(unit, number) {
    return leftSideOf(this.document, unit, number);
  }

  /** The outputs and the loss of a row of the data, with the played parameters. */
  answersOf(row) {
    if (!this.seen.has(row)) {
      const { inputs, outputs } = this.document;
      const X = inputs.map((_, i) => this.input(row, i));
      const T = outputs.map((_, i) => this.target(row, i));
      const { outputs: found, loss } = this.network.pass(X, T, this.parameters);
      this.seen.set(row, [...found, loss]);
    }
    return this.seen.get(row);
  }

  /** What a neuron answers at each point of the map, as parts of the largest. */
  mapOf(neuron) {
    const { size, middle, extent: [left, right, bottom, top] } = this.document.map;
    const { outputs } = this.document;
    const centre = outputs.includes(neuron) ? middle : 0;
    const [across, up] = [(right - left) / size, (top - bottom) / size];
    const found = Float64Array.from({ length: size * size }, (_, point) => {
      const x = left + ((point % size) + 0.5) * across;
      const y = bottom + (Math.floor(point / size) + 0.5) * up;
      const pass = this.network.pass([x, y], this.targets, this.parameters);
      const answer = outputs.includes(neuron) ? pass.outputs[outputs.indexOf(neuron)]
        : pass.output[this.places[neuron]];
      return Number.isNaN(answer) ? 0 : answer - centre;
    });
    const largest = found.reduce((most, one) => Math.max(most, Math.abs(one)), 0) || 1;
    return { answers: found.map((one) => one / largest), largest };
  }
}

/** The controls that a page is played by. */
class Playing {
  constructor(page) {
    this.page = page;
    this.recorded = { source: page.source, moments: page.moments };
    this.isOn = Boolean(page.doc.play && page.source.network);
    this.changed = new Set();
    this.controls = [];
    page.find("whose").hidden = !this.isOn;
    page.find("play-part").hidden = !this.isOn;
    if (!this.isOn) return;
    page.find("reset").onclick = () => this.reset();
    this.setUpInputs();
    this.own = this.control(page.find("played-own"));
    page.network.elements.forEach((element) => this.listen(element));
  }

  get isPlayed() {
    return this.page.source !== this.recorded.source;
  }

  // --- what can be played with

  /** What of a thing can be dragged: an input, a weight or a bias; null where there is none. */
  quantityOf(thing) {
    const { page } = this;
    if (thing < 0) return null;
    const { name, weight, bias } = page.thing(thing);
    const input = page.doc.inputs.indexOf(thing);
    if (input >= 0) {
      const [low, high] = page.doc.play.spans[input];
      return { kind: "inputs", at: input, name, low, high };
    }
    const at = page.isNeuron(thing) ? bias : weight;
    if (at === null || at === undefined) return null;
    const { reach } = page.doc.play;
    return { kind: "parameters", at, name: page.doc.parameters[at], low: -reach, high: reach };
  }

  valueOf({ kind, at }) {
    const { page } = this;
    if (this.isPlayed) return page.source[kind][at];
    return kind === "parameters" ? page.values.parameters[at] : page.source.input(this.row, at);
  }

  /** The row of the data that the present sample is. */
  get row() {
    return this.isPlayed ? this.page.source.row : this.page.unit?.rowOfX ?? 0;
  }

  // --- playing

  begin(row = this.row) {
    const { page } = this;
    const { inputs, outputs } = page.doc;
    const { source } = this.recorded;
    if (!this.isPlayed) this.recorded.moment = page.moment;
    const parameters = Array.from(page.values.parameters);
    page.play(false);
    page.source = new PlayedContents(source, source.network, {
      place: page.place, sample: page.unit?.sample ?? 0, row, parameters,
      input: inputs.map((_, i) => source.input(row, i)),
      target: outputs.map((_, i) => source.target(row, i)),
    });
    page.moments = new Moments(page.source);
    page.moment = page.moments.end(0);
  }

  change(quantity, value) {
    if (!Number.isFinite(value)) return;
    const { page } = this;
    if (!this.isPlayed) this.begin();
    page.source[quantity.kind][quantity.at] = value;
    this.changed.add(quantity.name);
    this.latest = `${quantity.name} = ${short(value)}`;
    page.source.compute();
    this.showSoon();
  }

  /** Another row of the data, with the parameters as they are played. */
  take(row) {
    const { page } = this;
    const names = new Set(page.doc.inputs.map((i) => page.thing(i).name));
    this.begin(row);
    this.changed = new Set([...this.changed].filter((name) => !names.has(name)));
    page.show();
  }

  /** Back to the numbers of the training; to the moment where they were left. */
  reset() {
    this.leave();
    this.page.show();
  }

  leave() {
    if (!this.isPlayed) return;
    const { page } = this;
    const { source, moments, moment } = this.recorded;
    Object.assign(page, { source, moments, moment });
    this.changed.clear();
  }

  /** Show at the next frame, however often something is dragged before it. */
  showSoon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = null;
      this.page.show();
    });
  }

  // --- dragging

  listen(element) {
    const thing = Number(element.dataset.thing);
    const quantity = this.quantityOf(thing);
    if (!quantity) return;
    element.classList.add("playable");
    element.addEventListener("pointerdown", (event) => this.beginDrag(element, quantity, event));
    element.addEventListener("keydown", (event) => {
      const ways = { ArrowUp: 1, ArrowDown: -1 };
      if (!ways[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      const way = ways[event.key] * (event.shiftKey ? 0.1 : 1);
      this.change(quantity, rounded4(this.valueOf(quantity) + way * stepOf(quantity)));
    });
    element.addEventListener("click", (event) => {
      if (this.wasDragged) event.stopImmediatePropagation();
      this.wasDragged = false;
    }, { capture: true });
  }

  beginDrag(element, quantity, start) {
    if (start.button !== 0) return;
    const from = this.valueOf(quantity);
    const ending = new AbortController();
    const { signal } = ending;
    this.wasDragged = false;
    element.addEventListener("pointermove", ({ clientX, clientY }) => {
      const way = clientX - start.clientX + (start.clientY - clientY);
      if (!this.wasDragged && Math.abs(way) < 5) return;
      if (!this.wasDragged) element.setPointerCapture(start.pointerId);
      this.wasDragged = true;
      this.change(quantity, rounded4(from + (way / 200) * (quantity.high - quantity.low)));
    }, { signal });
    const end = () => ending.abort();
    element.addEventListener("pointerup", end, { signal });
    element.addEventListener("pointercancel", end, { signal });
  }

  // --- the controls

  setUpInputs() {
    const { page } = this;
    const list = page.find("played-inputs");
    page.doc.inputs.slice(0, MOST_SLIDERS).forEach((thing) => {
      const control = this.control(list.appendChild(make("div", { class: "played" })));
      this.controls.push(() => this.showControl(control, this.quantityOf(thing)));
    });
  }

  /** A range and a field for one number. */
  control(element) {
    const name = element.appendChild(make("span"));
    const range = element.appendChild(make("input", { type: "range" }));
    const field = element.appendChild(make("input", { type: "number", step: "any" }));
    const control = { element, name, range, field, quantity: null };
    range.oninput = () => this.change(control.quantity, Number(range.value));
    field.onchange = () => field.value !== ""
      && this.change(control.quantity, Number(field.value));
    return control;
  }

  showControl(control, quantity) {
    const { element, name, range, field } = control;
    control.quantity = quantity;
    element.hidden = !quantity;
    if (!quantity) return;
    const value = this.valueOf(quantity);
    put(name, quantity.name);
    const low = Math.min(quantity.low, value);
    const high = Math.max(quantity.high, value);
    Object.assign(range, { min: low, max: high, step: (quantity.high - quantity.low) / 200 });
    range.value = value;
    range.setAttribute("aria-label", quantity.name);
    range.setAttribute("aria-valuetext", short(value));
    field.setAttribute("aria-label", this.page.say("exact", { name: quantity.name }));
    if (document.activeElement !== field) field.value = Number(value.toPrecision(6));
  }

  show() {
    if (!this.isOn) return;
    const { page } = this;
    const names = [...this.changed].join(", ");
    page.element.classList.toggle("is-played", this.isPlayed);
    put(page.find("whose"), this.isPlayed
      ? page.say(names ? "numbers_played" : "numbers_of_row", { names, row: this.row })
      : page.say("numbers_own"));
    put(page.find("play-said"), this.isPlayed ? this.latest ?? "" : "");
    page.find("reset").disabled = !this.isPlayed;
    this.controls.forEach((show) => show());
    this.showOwn();
  }

  /** The control of what is explained. */
  showOwn() {
    if (!this.isOn) return;
    const quantity = this.quantityOf(this.page.explanation.told);
    const isShown = quantity?.kind === "inputs" && quantity.at < MOST_SLIDERS;
    this.showControl(this.own, isShown ? null : quantity);
  }

  /** The mean loss of the rows, with the played parameters. */
  get loss() {
    const { n_rows: n, most_rows: most } = this.page.doc;
    const rows = Math.min(n, most);
    let total = 0;
    for (let row = 0; row < rows; row += 1) total += this.page.source.answersOf(row).at(-1);
    return { loss: total / rows, rows };
  }
}

const rounded4 = (value) => Number(value.toPrecision(4));
const stepOf = ({ low, high }) => (high - low) / 100;
