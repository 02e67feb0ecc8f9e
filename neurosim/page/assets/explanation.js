// The arithmetic: the present step, and the formulas of a neuron, a connection or the loss.

const MOST_BEFORE = 12; // steps of the same neuron that are shown; of updates in many lines one
const product = (factors) => factors.reduce((whole, factor) => whole * factor, 1);

class Explanation {
  constructor(page) {
    this.page = page;
    page.find("loss-step").onclick = () => page.choose(NETWORK);
  }

  show() {
    const { page } = this;
    this.showNow();
    const loss = page.values.get(NETWORK, "loss");
    put(page.find("loss-step"), `L = ${loss === undefined ? page.say("not_yet") : short(loss)}`);
    this.showFormulas();
  }

  /** The step that was just done, and those before it that belong to the same neuron. */
  showNow() {
    const { page } = this;
    if (!page.moment) {
      put(page.find("now"), "");
      fill(page.find("run"), []);
      return;
    }
    const { unit, row } = page.unit;
    put(page.find("now"), page.source.text(unit, row, page.moment.step));
    const { steps } = page.doc.units[unit];
    const mine = steps[page.moment.step].neuron;
    const run = steps.flatMap((step, at) => (step.neuron === mine ? [at] : []));
    const lines = [];
    for (const at of run.filter((one) => one < page.moment.step).reverse()) {
      const text = page.source.text(unit, row, at);
      lines.unshift({ text });
      if (lines.length === MOST_BEFORE || text.includes("\n")) break;
    }
    fill(page.find("run"), lines);
  }

  /** What is explained: what is pointed at, else what is chosen, else what the step is about. */
  get told() {
    const { pointed, chosen, moment, moments, doc } = this.page;
    if (pointed !== null) return pointed;
    if (chosen !== null) return chosen;
    if (!moment) return doc.outputs[0];
    const { subject } = moments.step(moment);
    const found = doc.neurons.findIndex(({ name }) => name === subject);
    if (found >= 0) return found;
    const layer = doc.neurons.findIndex((neuron) => neuron.layer === subject);
    return layer >= 0 ? layer : NETWORK;
  }

  showFormulas() {
    const { page } = this;
    const thing = this.told;
    const { head, name } = page.thing(thing);
    put(page.find("told-name"), name);
    put(page.find("told-kept"), page.say(page.chosen === null ? "follows_steps" : "is_kept"));
    const items = head.map((text) => ({ text, kind: "head" }));
    for (const [phase, lines] of this.linesOf(thing)) {
      items.push({ text: page.phase(phase), kind: "phase" }, ...lines);
    }
    items.push(...this.pathsOf(thing));
    if (!page.moment) this.parametersOf(thing).forEach((text) => items.push({ text }));
    fill(page.find("told"), items);
  }

  /** The lines of an explanation by phase; those whose steps are not done say so. */
  linesOf(thing) {
    const { page } = this;
    const found = new Map();
    if (!page.moment) return found;
    const { unit, row, sampleRow } = page.unit;
    for (const of of ["sample", "update"]) {
      const { lines, n_own: nOwn, texts } = page.doc.units[of];
      for (const [about, phase, last, text] of lines) {
        if (about !== thing || !texts[text]) continue;
        const done = of === unit ? page.moment.step : of === "sample" ? Infinity : -1;
        const isDone = done >= Math.min(last, of === "sample" ? nOwn - 1 : last);
        const line = isDone
          ? page.source.text(of, of === "sample" ? sampleRow : row, text)
          : `${page.source.leftSide(of, text)} = ${page.say("not_yet")}`;
        const isNow = of === unit && last === page.moment.step;
        if (!found.has(phase)) found.set(phase, []);
        line.split("\n").forEach((part) => {
          found.get(phase).push({ text: part, kind: isNow ? "now" : isDone ? "" : "open" });
        });
      }
    }
    return new Map([...found].sort(([one], [other]) => one - other));
  }

  /** Why the gradient of a weight or bias is what it is: its paths to the loss, the largest first. */
  pathsOf(thing) {
    const { page } = this;
    if (!page.moment) return [];
    const { unit, sampleRow: row } = page.unit;
    const found = page.doc.units.sample.paths.find(([about]) => about === thing);
    if (!found || (unit === "sample" && page.moment.step < found[2])) return [];
    const { most_paths: most } = page.doc;
    const [, heading, , total, paths, rest] = found;
    const number = (column) => page.source.value("sample", row, column);
    const said = paths.map(([columns, [start, end], pattern]) => {
      const factors = columns.map(number);
      const share = product(factors);
      const operands = [...factors, share, product(factors.slice(start, end))];
      return { share, text: written(page.doc.patterns[pattern], operands) };
    });
    const size = ({ share }) => (Number.isNaN(share) ? 0 : Math.abs(share));
    said.sort((one, other) => size(other) - size(one));
    const items = [{ text: page.say("why"), kind: "phase" }, { text: heading },
      ...said.slice(0, most)];
    if (said.length > most) {
      const left = said.slice(0, most).reduce((sum, { share }) => sum - share,
        product(total.map(number)));
      items.push({ text: written(page.doc.patterns[rest], [left]) });
    }
    return items;
  }

  parametersOf(thing) {
    const { page } = this;
    if (thing < 0) return [];
    const { bias, weight, name } = page.thing(thing);
    const own = bias ?? weight;
    if (own === null || own === undefined) return [page.say("is_input", { name })];
    return [`${page.doc.parameters[own]} = ${short(page.values.parameters[own])}`];
  }
}
