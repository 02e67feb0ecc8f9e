// The table of the rows, the present one marked, with what each gave in this epoch.

class RowTable {
  constructor(page) {
    this.page = page;
    const { doc } = page;
    this.shown = Math.min(doc.n_rows, doc.most_rows);
    this.setUpHead();
    this.lines = Array.from({ length: this.shown }, (_, row) => this.line(row));
    put(page.find("rows-left-out"), this.shown < doc.n_rows
      ? page.say("first_rows", { shown: this.shown, all: doc.n_rows }) : "");
    this.units = doc.epochs.map((_, epoch) => new Map(page.moments.units.flatMap((unit, at) =>
      (unit.unit === "sample" && unit.epoch === epoch ? [[unit.rowOfX, at]] : []))));
    this.columns = [...doc.outputs, NETWORK].map((thing) => this.columnOf(thing));
  }

  setUpHead() {
    const { page } = this;
    const { inputs, outputs, neurons } = page.doc;
    const caption = (number) => neurons[number].caption;
    const target = (number) => page.say("target_of", { name: caption(number) });
    const heads = [page.say("row"), ...inputs.map(caption), ...outputs.map(target),
      ...outputs.map(caption), "L"];
    heads.forEach((text) => page.find("rows-head").append(make("th", { scope: "col" }, text)));
  }

  line(row) {
    const { page } = this;
    const { inputs, outputs } = page.doc;
    const line = page.find("rows-body").appendChild(make("tr"));
    const name = line.appendChild(make("th", { scope: "row" }));
    const button = name.appendChild(make("button", { type: "button" }, String(row)));
    button.setAttribute("aria-label", page.say("go_to_row", { row }));
    button.onclick = () => this.goTo(row);
    const cell = (value) => line.appendChild(make("td", {}, short(value)));
    inputs.forEach((_, i) => cell(page.source.input(row, i)));
    outputs.forEach((_, i) => cell(page.source.target(row, i)));
    const answers = [...outputs, NETWORK].map(() => line.appendChild(make("td", { class: "made" })));
    return { line, button, answers };
  }

  /** The column of a sample's numbers that an answer, or the loss, is in. */
  columnOf(thing) {
    const { steps } = this.page.doc.units.sample;
    const wrote = (name) => steps.findLastIndex(({ writes }) =>
      writes.some(([of, what]) => of === thing && what === name));
    const outer = wrote("value");
    const at = thing === NETWORK ? wrote("loss") : outer >= 0 ? outer : wrote("output");
    const { after, writes } = steps[at];
    return after[0] + (after[1] > 1 ? writes.findIndex(([of]) => of === thing) : 0);
  }

  goTo(row) {
    const { page } = this;
    if (page.playing.isPlayed) {
      page.playing.take(row);
      return;
    }
    const epoch = page.unit ? page.unit.epoch : page.nearest(true);
    const at = this.units[epoch].get(row);
    if (at !== undefined) page.goTo({ at, step: 0 });
  }

  show() {
    const { page } = this;
    const { isPlayed } = page.playing;
    put(page.find("rows-said"), page.say(isPlayed ? "rows_played" : "rows_said"));
    const units = page.moment && !isPlayed ? this.units[page.unit.epoch] : new Map();
    this.lines.forEach(({ line, button, answers }, row) => {
      const at = units.get(row);
      const isNow = Boolean(page.moment) && page.unit.rowOfX === row;
      line.classList.toggle("now", isNow);
      if (isNow) line.setAttribute("aria-current", "true");
      else line.removeAttribute("aria-current");
      button.disabled = at === undefined && !isPlayed;
      const found = isPlayed ? page.source.answersOf(row) : this.answersAt(at);
      answers.forEach((cell, i) => put(cell, found ? short(found[i]) : ""));
    });
  }

  /** The outputs and the loss of a sample; null where it is not here. */
  answersAt(at) {
    if (at === undefined) return null;
    const { source, moments } = this.page;
    return this.columns.map((column) => source.value("sample", moments.units[at].row, column));
  }
}
