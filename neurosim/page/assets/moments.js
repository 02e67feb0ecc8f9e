// The moments of a training, and what its objects hold at one of them.

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
