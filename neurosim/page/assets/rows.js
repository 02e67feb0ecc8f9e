// The table of the rows, the present one marked, with what each gave in this epoch.

// Draw the rows into a table's head and body: `given` has the numbers of each, behind which are
// `nMade` cells for what it makes; `goTo` is what the button of a row is called, {say, act}.
function drawRows({ head, body }, heads, given, nMade, goTo) {
  head.replaceChildren(...heads.map((text) => make("th", { scope: "col" }, text)));
  const rows = given.map((numbers, row) => {
    const line = make("tr");
    const button = make("button", { type: "button", "aria-label": goTo.say(row) }, String(row));
    button.onclick = () => goTo.act(row);
    line.appendChild(make("th", { scope: "row" })).append(button);
    line.append(...numbers.map((value) => make("td", {}, short(value))));
    const made = Array.from({ length: nMade }, () => line.appendChild(make("td", { class: "made" })));
    return { line, button, made };
  });
  body.replaceChildren(...rows.map(({ line }) => line));
  return rows;
}

/** Show what a row made, and whether it is the present one. */
function showRow({ line, made }, values, isNow) {
  line.classList.toggle("now", isNow);
  if (isNow) line.setAttribute("aria-current", "true");
  else line.removeAttribute("aria-current");
  made.forEach((cell, i) => put(cell, values ? short(values[i]) : ""));
}

class RowTable {
  constructor(page) {
    this.page = page;
    const { doc, source } = page;
    this.shown = Math.min(doc.n_rows, doc.most_rows);
    const given = Array.from({ length: this.shown }, (_, row) => [
      ...doc.inputs.map((__, i) => source.input(row, i)),
      ...doc.outputs.map((__, i) => source.target(row, i)),
    ]);
    const parts = { head: page.find("rows-head"), body: page.find("rows-body") };
    const goTo = { say: (row) => page.say("go_to_row", { row }), act: (row) => this.goTo(row) };
    this.lines = drawRows(parts, this.heads(), given, doc.outputs.length + 1, goTo);
    put(page.find("rows-left-out"), this.shown < doc.n_rows
      ? page.say("first_rows", { shown: this.shown, all: doc.n_rows }) : "");
    this.units = doc.epochs.map((_, epoch) => new Map(page.moments.units.flatMap((unit, at) =>
      (unit.unit === "sample" && unit.epoch === epoch ? [[unit.rowOfX, at]] : []))));
    this.columns = [...doc.outputs, NETWORK].map((thing) => this.columnOf(thing));
  }

  heads() {
    const { page } = this;
    const { inputs, outputs, neurons } = page.doc;
    const caption = (number) => neurons[number].caption;
    const target = (number) => page.say("target_of", { name: caption(number) });
    return [page.say("row"), ...inputs.map(caption), ...outputs.map(target),
      ...outputs.map(caption), "L"];
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
    this.lines.forEach((line, row) => {
      const at = units.get(row);
      line.button.disabled = at === undefined && !isPlayed;
      const made = isPlayed ? page.source.answersOf(row) : this.answersAt(at);
      showRow(line, made, Boolean(page.moment) && page.unit.rowOfX === row);
    });
  }

  /** The outputs and the loss of a sample; null where it is not here. */
  answersAt(at) {
    if (at === undefined) return null;
    const { source, moments } = this.page;
    return this.columns.map((column) => source.value("sample", moments.units[at].row, column));
  }
}
