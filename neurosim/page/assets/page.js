// The page: where one is in the training, and what is shown of it.

const PHASE_UPDATE = 3;
const byId = (id) => document.getElementById(id);

function make(tag, attributes = {}, text = "") {
  const isDrawn = ["svg", "path", "circle", "line", "text", "polyline", "rect"].includes(tag);
  const element = isDrawn
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

/** Put texts into a list, and change only what is another. */
function fill(list, items) {
  while (list.children.length > items.length) list.lastChild.remove();
  items.forEach(({ text, kind = "" }, at) => {
    const item = list.children[at] || list.appendChild(make("li"));
    if (item.textContent !== text) item.textContent = text;
    item.className = kind;
  });
}

// --- the moments of a training

/** The samples and updates that were recorded, in order; a moment is one of them and a step. */
class Moments {
  constructor(contents) {
    this.contents = contents;
    const { document: doc } = contents;
    const nSteps = { sample: doc.units.sample.n_own, update: doc.units.update.steps.length };
    this.units = [];
    const updates = new Map(doc.updates.map(([epoch, batch], row) => [`${epoch} ${batch}`, row]));
    doc.samples.forEach(([epoch, batch, sample, rowOfX], row) => {
      this.units.push({ unit: "sample", row, epoch, batch, sample, rowOfX, n: nSteps.sample });
      const next = doc.samples[row + 1];
      const isLast = !next || next[0] !== epoch || next[1] !== batch;
      const update = updates.get(`${epoch} ${batch}`);
      if (isLast && update !== undefined && nSteps.update) {
        this.units.push({ ...this.units.at(-1), unit: "update", row: update, sampleRow: row,
          n: nSteps.update });
      }
    });
    this.units.forEach((unit) => { unit.sampleRow ??= unit.row; });
  }

  step({ at, step }) {
    const { unit } = this.units[at];
    return this.contents.document.units[unit].steps[step];
  }

  /** What a moment belongs to; two moments of one grain have the same. */
  key(moment, grain) {
    const { unit, epoch, sample } = this.units[moment.at];
    if (grain === "epoch") return `${epoch}`;
    if (grain === "sample") return `${epoch} ${sample}`;
    const step = this.step(moment);
    if (grain === "phase") return `${moment.at} ${unit} ${step.phase}`;
    if (grain === "layer") return `${moment.at} ${step.layer}`;
    return grain === "neuron" ? `${moment.at} ${step.neuron}` : `${moment.at} ${moment.step}`;
  }

  next({ at, step }) {
    if (step + 1 < this.units[at].n) return { at, step: step + 1 };
    return at + 1 < this.units.length ? { at: at + 1, step: 0 } : null;
  }

  previous({ at, step }) {
    if (step > 0) return { at, step: step - 1 };
    return at > 0 ? { at: at - 1, step: this.units[at - 1].n - 1 } : null;
  }

  /** The last moment of the present one of a grain, or of the next where this is it. */
  ahead(moment, grain) {
    let next = this.next(moment);
    if (!next) return moment;
    const key = this.key(next, grain);
    for (let after = this.next(next); after && this.key(after, grain) === key;) {
      next = after;
      after = this.next(next);
    }
    return next;
  }

  /** The last moment of the one of a grain before this; the first of all where there is none. */
  back(moment, grain) {
    const key = this.key(moment, grain);
    let before = this.previous(moment);
    while (before && this.key(before, grain) === key) before = this.previous(before);
    return before || { at: 0, step: 0 };
  }

  /** The first moment of an epoch, by its place among the recorded. */
  start(epoch) {
    return { at: this.units.findIndex((unit) => unit.epoch === epoch), step: 0 };
  }

  end(epoch) {
    const at = this.units.findLastIndex((unit) => unit.epoch === epoch);
    return { at, step: this.units[at].n - 1 };
  }
}

// --- what the objects hold at a moment

/** Values by thing and quantity, as the steps up to a moment wrote them. */
class Values {
  constructor(contents, moments, moment, place) {
    const { document: doc } = contents;
    this.held = new Map();
    this.parameters = new Float64Array(doc.parameters.length);
    if (!moment) {
      this.parameters.forEach((_, i) => { this.parameters[i] = contents.state(place, i); });
      return;
    }
    const { unit, row, sampleRow, epoch, batch } = moments.units[moment.at];
    this.parameters.forEach((_, i) => {
      this.parameters[i] = contents.parameter(epoch, batch, i);
    });
    const sampleEnd = unit === "sample" ? moment.step : doc.units.sample.n_own - 1;
    this.take(contents, "sample", sampleRow, sampleEnd);
    if (unit === "update") {
      this.take(contents, "update", row, moment.step);
      doc.after.forEach((column, i) => {
        const step = doc.units.update.steps.findIndex(({ after }) => after[0] === column);
        if (column >= 0 && step <= moment.step) {
          this.parameters[i] = contents.value("update", row, column);
        }
      });
    }
  }

  take(contents, unit, row, last) {
    contents.document.units[unit].steps.slice(0, last + 1).forEach(({ writes, after }) => {
      writes.forEach(([thing, quantity], i) => {
        const column = after[0] + (after[1] > 1 ? i : 0);
        this.held.set(`${thing} ${quantity}`, contents.value(unit, row, column));
      });
    });
  }

  get(thing, quantity) {
    return this.held.get(`${thing} ${quantity}`);
  }
}

// --- colours

const darkness = matchMedia("(prefers-color-scheme: dark)");
const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** The colour at a place of the map, from 0 to 1. */
function colourAt(theme, place) {
  const anchors = theme.diverging;
  const at = Math.min(Math.max(place, 0), 1) * (anchors.length - 1);
  const low = Math.min(Math.floor(at), anchors.length - 2);
  const [one, other] = [channels(anchors[low]), channels(anchors[low + 1])];
  return one.map((channel, i) => Math.round(channel + (other[i] - channel) * (at - low)));
}

const hex = (rgb) => `#${rgb.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;

function inkOn(rgb) {
  const [r, g, b] = rgb.map((n) => (n <= 10 ? n / 3294 : ((n / 255 + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}

/** The scales of weights and outputs; the constants are those of the drawings. */
class Scale {
  constructor(largest, constants, share = 1) {
    Object.assign(this, { largest, share, constants });
  }

  part(value) {
    if (Number.isNaN(value) || !this.largest) return 0;
    return Math.max(-1, Math.min(1, value / this.largest));
  }

  hue(value) {
    const part = this.part(value);
    const { least_hue: least, most_hue: most } = this.constants;
    return part ? 0.5 + (Math.sign(part) * (least + (most - least) * Math.abs(part))) / 2 : 0.5;
  }

  fill(value) {
    return 0.5 + (this.constants.most_fill * this.part(value)) / 2;
  }

  width(value) {
    const { thin, thick } = this.constants;
    return this.share * (thin + (thick - thin) * Math.sqrt(Math.abs(this.part(value))));
  }
}

// --- the page

class Page {
  /** With contents, of a file; a page without them gets its numbers from elsewhere (live.js). */
  constructor(contents) {
    if (contents) this.open(contents);
  }

  open(contents) {
    this.contents = contents;
    this.doc = contents.document;
    this.moments = new Moments(contents);
    this.moment = { at: 0, step: 0 };
    this.place = this.doc.states.starts[0]; // among the epochs whose parameters are here
    this.chosen = null;
    this.pointed = null;
    const { scales } = this.doc;
    this.weights = new Scale(scales.weights, scales, scales.share);
    this.outputs = new Scale(scales.outputs, scales);
    this.inputs = new Scale(scales.inputs, scales);
    this.elements = [...document.querySelectorAll("[data-thing]")];
    this.setUp();
    this.show();
  }

  get theme() {
    return this.doc.themes[darkness.matches && !this.isOnPaper ? "dark" : "light"];
  }

  get unit() {
    return this.moment && this.moments.units[this.moment.at];
  }

  get epoch() {
    return this.doc.states.epochs[this.place];
  }

  thing(number) {
    if (number === NETWORK) return { name: "loss", head: ["loss"] };
    const n = this.doc.neurons.length;
    return number < n ? this.doc.neurons[number] : this.doc.connections[number - n];
  }

  isNeuron(number) {
    return number >= 0 && number < this.doc.neurons.length;
  }

  // --- moving

  goTo(moment) {
    this.moment = moment;
    this.place = this.doc.states.starts[this.unit.epoch];
    this.show();
  }

  /** To an epoch whose parameters are here: to its first step, if its steps are here. */
  goToState(place) {
    const recorded = this.doc.states.starts.indexOf(place);
    if (recorded >= 0) {
      this.goTo(this.moments.start(recorded));
      return;
    }
    this.moment = null;
    this.place = place;
    this.show();
  }

  /** The recorded epoch that comes next, or was before, by its place among the recorded. */
  near(isAhead) {
    const { starts } = this.doc.states;
    return isAhead
      ? starts.findIndex((start) => start > this.place)
      : starts.findLastIndex((start) => start < this.place);
  }

  /** The same; where there is none on this side, the one on the other. */
  nearest(isAhead) {
    const found = this.near(isAhead);
    return found >= 0 ? found : this.near(!isAhead);
  }

  step(isAhead) {
    const grain = byId("grain").value;
    if (this.moment) {
      this.goTo(this.moments[isAhead ? "ahead" : "back"](this.moment, grain));
      return;
    }
    const epoch = this.near(isAhead);
    if (epoch >= 0) this.goTo(isAhead ? this.moments.start(epoch) : this.moments.end(epoch));
  }

  toEnd(isLast) {
    const epoch = this.unit ? this.unit.epoch : this.nearest(isLast);
    this.goTo(isLast ? this.moments.end(epoch) : this.moments.start(epoch));
  }

  play(isOn) {
    clearInterval(this.clock);
    this.clock = isOn ? setInterval(() => this.tick(), 1000 / Number(byId("speed").value)) : null;
    byId("play").textContent = isOn ? "Pause" : "Play";
    byId("play").setAttribute("aria-pressed", String(isOn));
    byId("now").setAttribute("aria-live", isOn ? "off" : "polite");
  }

  tick() {
    const before = this.moment;
    this.step(true);
    const isSame = before && this.moment.at === before.at && this.moment.step === before.step;
    if (isSame || !this.moment) this.play(false);
  }

  // --- set up

  setUp() {
    byId("back").onclick = () => this.step(false);
    byId("ahead").onclick = () => this.step(true);
    byId("first").onclick = () => this.toEnd(false);
    byId("last").onclick = () => this.toEnd(true);
    byId("play").onclick = () => this.play(!this.clock);
    byId("speed").onchange = () => this.clock && this.play(true);
    const slider = byId("epoch");
    slider.max = this.doc.states.epochs.length - 1;
    slider.oninput = () => this.goToState(Number(slider.value));
    document.addEventListener("keydown", (event) => this.onKey(event));
    darkness.addEventListener("change", () => this.show());
    matchMedia("print").addEventListener("change", ({ matches }) => {
      this.isOnPaper = matches;
      this.show();
    });
    this.elements.forEach((element) => this.listen(element, Number(element.dataset.thing)));
    byId("loss-step").onclick = () => this.choose(NETWORK);
    this.setUpCurve();
    this.setUpRows();
    this.setUpMap();
  }

  listen(element, thing) {
    const point = (what) => () => { this.pointed = what; this.show(); };
    element.addEventListener("pointerenter", point(thing));
    element.addEventListener("pointerleave", point(null));
    element.addEventListener("focus", point(thing));
    element.addEventListener("blur", point(null));
    element.addEventListener("click", () => this.choose(thing));
  }

  choose(thing) {
    this.chosen = this.chosen === thing ? null : thing;
    this.show();
  }

  onKey(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const isField = target.matches("select, input");
    const isButton = target.matches("button, [role=button], summary");
    if (target.dataset?.thing && (key === "Enter" || key === " ")) {
      event.preventDefault();
      this.choose(Number(target.dataset.thing));
      return;
    }
    const grains = [...byId("grain").options].map((option) => option.value);
    const moves = {
      ArrowRight: () => this.step(true),
      ArrowLeft: () => this.step(false),
      Home: () => this.toEnd(false),
      End: () => this.toEnd(true),
    };
    if (key === "Escape") this.choose(this.chosen);
    else if (key === " " && !isField && !isButton) this.play(!this.clock);
    else if (moves[key] && !isField) moves[key]();
    else if (grains[Number(key) - 1] && !isField) byId("grain").value = grains[Number(key) - 1];
    else return;
    event.preventDefault();
  }

  // --- show

  show() {
    this.values = new Values(this.contents, this.moments, this.moment, this.place);
    this.showPlace();
    this.showNow();
    this.showNetwork();
    this.showExplanation();
    this.showCurve();
    this.showRows();
    this.showMap();
  }

  /** Where one is, in words. */
  showPlace() {
    const slider = byId("epoch");
    slider.value = this.place;
    const isEnd = this.epoch === this.doc.n_epochs;
    const after = isEnd ? "the end" : `epoch ${this.epoch}`;
    slider.setAttribute("aria-valuetext", after);
    byId("epoch-name").textContent = `${after} of ${this.doc.n_epochs}`;
    if (!this.moment) {
      const steps = this.doc.epochs.join(", ");
      byId("place").textContent =
        `${isEnd ? `after ${this.epoch} epochs` : `before epoch ${this.epoch}`}: ` +
        `the parameters; steps are here of ${this.doc.epochs.length > 1 ? "epochs" : "epoch"} ${steps}`;
      return;
    }
    const { sample, rowOfX, batch, n, unit } = this.unit;
    const phase = this.doc.phases[this.moments.step(this.moment).phase];
    const row = rowOfX === sample ? "" : ` (row ${rowOfX})`;
    const isBatched = this.doc.batch_size > 1 && this.doc.batch_size < this.doc.n_rows;
    const what = unit === "update" ? "" : `, sample ${sample}${row}`;
    byId("place").textContent =
      `epoch ${this.epoch}${isBatched ? `, batch ${batch}` : ""}${what}, ${phase}, ` +
      `step ${this.moment.step + 1} of ${n}`;
  }

  /** The step that was just done, and those before it that belong to the same neuron. */
  showNow() {
    if (!this.moment) {
      byId("now").textContent = "";
      fill(byId("run"), []);
      return;
    }
    const { unit, row } = this.unit;
    byId("now").textContent = this.contents.text(unit, row, this.moment.step);
    const { steps } = this.doc.units[unit];
    const mine = steps[this.moment.step].neuron;
    const run = steps.flatMap((step, at) => (step.neuron === mine ? [at] : []));
    fill(byId("run"), run.filter((at) => at < this.moment.step).slice(-12).map((at) => ({
      text: this.contents.text(unit, row, at),
    })));
  }

  showNetwork() {
    const marks = new Set(this.moment ? this.moments.step(this.moment).marks : []);
    const n = this.doc.neurons.length;
    for (const element of this.elements) {
      const thing = Number(element.dataset.thing);
      element.classList.toggle("now", marks.has(thing));
      element.classList.toggle("chosen", thing === this.chosen || thing === this.pointed);
      if (element.hasAttribute("tabindex")) {
        element.setAttribute("aria-pressed", String(thing === this.chosen));
      }
      if (thing < n) this.showNeuron(element, thing);
      else this.showConnection(element, thing);
    }
    document.querySelectorAll("text.weight").forEach((text) => {
      const { weight } = this.thing(Number(text.dataset.of));
      text.textContent = brief(this.values.parameters[weight]);
    });
    const loss = this.values.get(NETWORK, "loss");
    byId("loss-step").textContent = loss === undefined ? "L = not yet" : `L = ${short(loss)}`;
  }

  showNeuron(element, thing) {
    const { caption, name, bias, activation } = this.thing(thing);
    const output = this.values.get(thing, "output");
    const outer = this.values.get(thing, "value");
    const scale = this.doc.inputs.includes(thing) ? this.inputs : this.outputs;
    const rgb = output === undefined ? null : colourAt(this.theme, scale.fill(output));
    const shown = outer ?? output;
    const disc = element.querySelector(".disc");
    disc.setAttribute("fill", rgb ? hex(rgb) : this.theme.background);
    const ink = rgb ? inkOn(rgb) : this.theme.text;
    element.querySelector(".inside")?.setAttribute("fill", ink);
    const value = element.querySelector(".value");
    value.textContent = shown === undefined ? "" : brief(shown);
    value.setAttribute("fill", ink);
    const isLong = value.textContent.length > 6;
    value.setAttribute("font-size", isLong ? "6.5" : "8.4");
    element.classList.toggle("empty", shown === undefined);
    element.querySelectorAll(".glyph").forEach((glyph) => glyph.setAttribute("stroke", ink));
    const own = element.querySelector(".bias");
    if (own && bias !== null) own.textContent = `b ${brief(this.values.parameters[bias])}`;
    const parts = [`${name}${activation && activation !== "input" ? ` (${activation})` : ""}`];
    if (caption !== name) parts[0] = `${caption}: ${parts[0]}`;
    if (shown !== undefined) parts.push(`${name} = ${short(shown)}`);
    if (bias !== null) parts.push(`b(${name}) = ${short(this.values.parameters[bias])}`);
    const delta = this.values.get(thing, "delta");
    if (delta !== undefined) parts.push(`delta(${name}) = ${short(delta)}`);
    element.querySelector("title").textContent = parts.join(", ");
  }

  showConnection(element, thing) {
    const { name, weight } = this.thing(thing);
    const value = this.values.parameters[weight];
    const place = this.weights.hue(value);
    const line = element.querySelector(".line");
    line.setAttribute("stroke", place === 0.5 ? this.theme.muted : hex(colourAt(this.theme, place)));
    const width = this.weights.width(value) * 20;
    line.setAttribute("stroke-width", width.toFixed(2));
    element.querySelector(".mark").setAttribute("stroke-width", (width + 8).toFixed(2));
    if (value < 0) line.setAttribute("stroke-dasharray", `${(6.8 + width).toFixed(1)} 4.8`);
    else line.removeAttribute("stroke-dasharray");
    element.querySelector("title").textContent = `w(${name}) = ${short(value)}`;
  }

  /** What is explained: what is pointed at, else what is chosen, else what the step is about. */
  get told() {
    if (this.pointed !== null) return this.pointed;
    if (this.chosen !== null) return this.chosen;
    if (!this.moment) return this.doc.outputs[0];
    const { subject } = this.moments.step(this.moment);
    const found = this.doc.neurons.findIndex(({ name }) => name === subject);
    if (found >= 0) return found;
    const layer = this.doc.neurons.findIndex((neuron) => neuron.layer === subject);
    return layer >= 0 ? layer : NETWORK;
  }

  showExplanation() {
    const thing = this.told;
    const { head, name } = this.thing(thing);
    byId("told-name").textContent = name;
    byId("told-kept").textContent =
      this.chosen === null ? "follows the steps; choose a neuron or a connection to keep it"
        : "kept while stepping; choose it again, or Escape, to follow the steps";
    const items = head.map((text) => ({ text, kind: "head" }));
    for (const [phase, lines] of this.linesOf(thing)) {
      items.push({ text: this.doc.phases[phase], kind: "phase" }, ...lines);
    }
    if (!this.moment) this.parametersOf(thing).forEach((text) => items.push({ text }));
    fill(byId("told"), items);
  }

  /** The lines of an explanation by phase; those whose steps are not done say so. */
  linesOf(thing) {
    const found = new Map();
    if (!this.moment) return found;
    const { unit, row, sampleRow } = this.unit;
    for (const of of ["sample", "update"]) {
      const { lines, n_own: nOwn, texts } = this.doc.units[of];
      for (const [about, phase, last, text] of lines) {
        if (about !== thing || !texts[text]) continue;
        const done = of === unit ? this.moment.step : of === "sample" ? Infinity : -1;
        const isDone = done >= Math.min(last, of === "sample" ? nOwn - 1 : last);
        const line = isDone
          ? this.contents.text(of, of === "sample" ? sampleRow : row, text)
          : `${this.contents.leftSide(of, text)} = not yet`;
        const isNow = of === unit && last === this.moment.step;
        if (!found.has(phase)) found.set(phase, []);
        line.split("\n").forEach((part) => {
          found.get(phase).push({ text: part, kind: isNow ? "now" : isDone ? "" : "open" });
        });
      }
    }
    return new Map([...found].sort(([one], [other]) => one - other));
  }

  parametersOf(thing) {
    if (thing < 0) return [];
    const { bias, weight, name } = this.thing(thing);
    const own = bias ?? weight;
    if (own === null || own === undefined) return [`${name} is an input`];
    return [`${this.doc.parameters[own]} = ${short(this.values.parameters[own])}`];
  }

  // --- the loss curve

  setUpCurve() {
    const { epochs, at } = this.doc.losses;
    const losses = epochs.map((_, i) => this.contents.numbers[at + i]);
    const finite = losses.filter((loss) => Number.isFinite(loss));
    byId("curve-part").hidden = finite.length < 2;
    if (finite.length < 2) return;
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    const isLog = low > 0 && high / low > 50;
    const scale = isLog ? Math.log : (x) => x;
    const [bottom, top] = [scale(isLog ? low : Math.min(low, 0)), scale(high)];
    const lastEpoch = epochs.at(-1) || 1;
    this.curveX = (epoch) => 46 + (Math.min(epoch, lastEpoch) / lastEpoch) * 344;
    const y = (loss) => 120 - ((scale(loss) - bottom) / (top - bottom || 1)) * 108;
    const curve = byId("curve");
    const points = epochs.map((epoch, i) => [this.curveX(epoch), y(losses[i])]);
    const path = points.filter(([, v]) => Number.isFinite(v)).map((p) => p.map((n) => n.toFixed(1)));
    curve.append(
      make("path", { class: "axis", d: "M46 10V120H392" }),
      make("polyline", { class: "loss", points: path.map((p) => p.join(",")).join(" ") }),
      make("text", { class: "tick", x: 42, y: 16, "text-anchor": "end" }, brief(high)),
      make("text", { class: "tick", x: 42, y: 122, "text-anchor": "end" },
        brief(isLog ? low : Math.min(low, 0))),
      make("text", { class: "tick", x: 46, y: 136 }, "0"),
      make("text", { class: "tick", x: 392, y: 136, "text-anchor": "end" },
        `epoch ${lastEpoch}${isLog ? ", the loss on a logarithmic scale" : ""}`),
      make("line", { class: "moment", y1: 8, y2: 122 }),
    );
    this.doc.epochs.forEach((epoch) => {
      curve.append(make("circle", { class: "recorded", cx: this.curveX(epoch), cy: 120, r: 3 }));
    });
    curve.addEventListener("click", (event) => {
      const box = curve.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * 400;
      const epoch = ((x - 46) / 344) * lastEpoch;
      const gaps = this.doc.states.epochs.map((one) => Math.abs(one - epoch));
      this.goToState(gaps.indexOf(Math.min(...gaps)));
    });
    this.losses = new Map(epochs.map((epoch, i) => [epoch, losses[i]]));
  }

  showCurve() {
    const line = byId("curve").querySelector(".moment");
    if (!line) return;
    const { sample = 0 } = this.unit || {};
    const x = this.curveX(this.epoch + (this.moment ? sample / this.doc.n_rows : 0));
    line.setAttribute("x1", x);
    line.setAttribute("x2", x);
    const loss = this.losses.get(this.epoch);
    byId("curve-said").textContent = loss === undefined
      ? "" : `loss of epoch ${this.epoch}: ${short(loss)}`;
  }

  // --- the rows

  setUpRows() {
    const { inputs, outputs, neurons, rows, n_rows: nRows } = this.doc;
    const caption = (number) => neurons[number].caption;
    const head = byId("rows-head");
    const columns = ["row", ...inputs.map(caption), ...outputs.map((o) => `target ${caption(o)}`),
      ...outputs.map(caption), "L"];
    columns.forEach((text) => head.append(make("th", { scope: "col" }, text)));
    const body = byId("rows-body");
    const shown = Math.min(nRows, this.doc.most_rows);
    this.rowElements = Array.from({ length: shown }, (_, row) => {
      const line = body.appendChild(make("tr"));
      const name = line.appendChild(make("th", { scope: "row" }));
      const button = name.appendChild(make("button", { type: "button" }, String(row)));
      button.setAttribute("aria-label", `go to row ${row}`);
      button.onclick = () => this.goToRow(row);
      const cell = (at) => line.appendChild(make("td", {}, short(this.contents.numbers[at])));
      inputs.forEach((_i, i) => cell(rows.X + row * inputs.length + i));
      outputs.forEach((_o, i) => cell(rows.T + row * outputs.length + i));
      const answers = [...outputs, NETWORK].map(() => line.appendChild(make("td", { class: "made" })));
      return { line, button, answers };
    });
    byId("rows-left-out").textContent = shown < nRows ? `the first ${shown} of ${nRows} rows` : "";
    this.rowsOf = this.doc.epochs.map((_, epoch) => new Map(this.moments.units.flatMap((unit, at) =>
      (unit.unit === "sample" && unit.epoch === epoch ? [[unit.rowOfX, at]] : []))));
    const { steps } = this.doc.units.sample;
    this.answerOf = [...outputs, NETWORK].map((thing) => {
      const quantity = thing === NETWORK ? "loss" : "output";
      const wrote = (name) => steps.findLastIndex(({ writes }) =>
        writes.some(([of, what]) => of === thing && what === name));
      const at = quantity === "output" && wrote("value") >= 0 ? wrote("value") : wrote(quantity);
      const { after, writes } = steps[at];
      return after[0] + (after[1] > 1 ? writes.findIndex(([of]) => of === thing) : 0);
    });
  }

  goToRow(row) {
    const epoch = this.unit ? this.unit.epoch : this.nearest(true);
    const at = this.rowsOf[epoch].get(row);
    if (at !== undefined) this.goTo({ at, step: 0 });
  }

  showRows() {
    const epoch = this.unit?.epoch;
    const rows = epoch === undefined ? new Map() : this.rowsOf[epoch];
    this.rowElements.forEach(({ line, button, answers }, row) => {
      const at = rows.get(row);
      const isNow = this.unit?.rowOfX === row;
      line.classList.toggle("now", isNow);
      if (isNow) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      button.disabled = at === undefined;
      answers.forEach((cell, i) => {
        const text = at === undefined ? ""
          : short(this.contents.value("sample", this.moments.units[at].row, this.answerOf[i]));
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }

  // --- the map of answers over two inputs

  setUpMap() {
    const { map } = this.doc;
    byId("map-part").hidden = !map;
    if (!map) return;
    byId("map-of").append(...map.neurons.map((neuron) =>
      make("option", { value: neuron }, this.thing(neuron).caption)));
    byId("map-of").value = this.doc.outputs[0];
    byId("map-of").onchange = () => this.showMap();
  }

  showMap() {
    const { map, inputs, rows, outputs } = this.doc;
    if (!map) return;
    const neuron = Number(byId("map-of").value);
    const place = map.epochs.findLastIndex((epoch) => epoch <= this.epoch);
    const { size, largest, extent } = map;
    const [left, right, bottom, top] = extent;
    const canvas = byId("map");
    const at = this.doc.pictures + (place * map.neurons.length + map.neurons.indexOf(neuron)) * size * size;
    const image = new ImageData(size, size);
    for (let i = 0; i < size * size; i += 1) {
      const value = this.contents.numbers[at + i] / 100;
      const flipped = (size - 1 - Math.floor(i / size)) * size + (i % size);
      image.data.set([...colourAt(this.theme, 0.5 + value * 0.39), 255], 4 * flipped);
    }
    const small = new OffscreenCanvas(size, size);
    small.getContext("2d").putImageData(image, 0, 0);
    const context = canvas.getContext("2d");
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, canvas.width, canvas.height);
    if (outputs.includes(neuron)) this.drawBoundary(context, at, largest[place][map.neurons.indexOf(neuron)]);
    const now = this.unit?.rowOfX;
    for (let row = 0; row < Math.min(this.doc.n_rows, 400); row += 1) {
      const [x, y] = [0, 1].map((i) => this.contents.numbers[rows.X + row * inputs.length + i]);
      const target = this.contents.numbers[rows.T + row * outputs.length];
      context.beginPath();
      context.arc(((x - left) / (right - left)) * canvas.width,
        ((top - y) / (top - bottom)) * canvas.height, row === now ? 9 : 5, 0, 7);
      context.fillStyle = target > map.middle ? "#ffffff" : "#000000";
      context.strokeStyle = target > map.middle ? "#000000" : "#ffffff";
      context.lineWidth = 2;
      context.fill();
      context.stroke();
    }
    const [across, up] = inputs.map((i) => this.doc.neurons[i].caption);
    byId("map-said").textContent =
      `${this.thing(neuron).caption} over ${across} (to the right) and ${up} (upwards), ` +
      `${map.epochs[place] ? `after ${map.epochs[place]} epochs` : "before training"}; ` +
      `orange is below 0, blue above, at most ${short(largest[place][map.neurons.indexOf(neuron)])}; ` +
      `white dots are rows whose first target is above ${short(map.middle)}` +
      `${outputs.includes(neuron) ? ", and so is the answer on one side of the line" : ""}`;
    canvas.setAttribute("aria-label", byId("map-said").textContent);
  }
}

/** Lines between neighbours on the map of which one is above the middle of the targets. */
Page.prototype.drawBoundary = function drawBoundary(context, at, largest) {
  const { size, middle } = this.doc.map;
  const side = context.canvas.width / size;
  const isAbove = (i, j) => (this.contents.numbers[at + j * size + i] / 100) * largest > middle;
  context.beginPath();
  for (let j = 0; j < size; j += 1) {
    for (let i = 0; i < size; i += 1) {
      const y = (size - j) * side;
      if (i + 1 < size && isAbove(i, j) !== isAbove(i + 1, j)) {
        context.moveTo((i + 1) * side, y);
        context.lineTo((i + 1) * side, y - side);
      }
      if (j + 1 < size && isAbove(i, j) !== isAbove(i, j + 1)) {
        context.moveTo(i * side, y - side);
        context.lineTo((i + 1) * side, y - side);
      }
    }
  }
  context.lineWidth = 2.5;
  context.strokeStyle = this.theme.text;
  context.stroke();
};

async function begin() {
  if (new URLSearchParams(location.search).get("size") === "large") {
    document.documentElement.classList.add("large");
  }
  if (typeof DecompressionStream === "undefined") {
    byId("place").textContent =
      "This browser cannot unpack the numbers of this page (it has no DecompressionStream);" +
      " a newer one can.";
    return;
  }
  const contents = new Contents(await inflated(byId("data").content.textContent));
  globalThis.lesson = new Page(contents);
  document.documentElement.classList.add("ready");
}

if (document.querySelector("template#data")) begin();
