// The page: where one is in the training, and what is shown of it.
//
// `mount(element, source)` shows a training in an element that holds the page's body. A source is
// what `Contents` is: a document, its numbers and texts, and `words`, the catalogue.

class Page {
  constructor(element, source) {
    this.element = element;
    this.source = source;
    this.moments = new Moments(source);
    this.moment = { at: 0, step: 0 };
    this.place = this.doc.states.starts[0]; // among the epochs whose parameters are here
    this.chosen = null;
    this.pointed = null;
    this.darkness = matchMedia("(prefers-color-scheme: dark)");
    this.ending = new AbortController();
    this.setUp();
    this.network = new NetworkView(this);
    this.explanation = new Explanation(this);
    this.rows = new RowTable(this);
    this.parts = [this.network, this.explanation, new LossCurve(this), this.rows,
      new AnswerMap(this)];
    this.playing = new Playing(this);
    this.parts.push(this.playing);
    this.show();
    this.quiz = this.doc.quiz ? new QuizView(this) : null;
  }

  /** Stop what goes on by itself, where the element is taken away. */
  unmount() {
    this.play(false);
    this.ending.abort();
  }

  /** The document of the present source; numbers that are played have a source of their own. */
  get doc() {
    return this.source.document;
  }

  find(id) {
    return this.element.querySelector(`#${id}`);
  }

  /** A text of the catalogue, with values in its places. */
  say(key, values) {
    return filled(this.source.words[key], values);
  }

  phase(number) {
    return this.say(`phase_${this.doc.phases[number]}`);
  }

  get theme() {
    return this.doc.themes[this.darkness.matches && !this.isOnPaper ? "dark" : "light"];
  }

  get unit() {
    return this.moment && this.moments.units[this.moment.at];
  }

  get epoch() {
    return this.doc.states.epochs[this.place];
  }

  /** The numbers of the things that the present step is about. */
  get marks() {
    return this.moment ? this.moments.step(this.moment).marks : [];
  }

  thing(number) {
    if (number === NETWORK) return { name: this.say("loss_name"), head: [this.say("loss_name")] };
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
    this.playing.leave();
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
    const grain = this.find("grain").value;
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
    const speed = Number(this.find("speed").value);
    this.clock = isOn ? setInterval(() => this.tick(), 1000 / speed) : null;
    put(this.find("play"), this.say(isOn ? "pause" : "play"));
    this.find("play").setAttribute("aria-pressed", String(isOn));
    this.find("now").setAttribute("aria-live", isOn ? "off" : "polite");
  }

  tick() {
    const before = this.moment;
    this.step(true);
    const isSame = before && this.moment.at === before.at && this.moment.step === before.step;
    if (isSame || !this.moment) this.play(false);
  }

  // --- set up

  setUp() {
    const { signal } = this.ending;
    this.find("back").onclick = () => this.step(false);
    this.find("ahead").onclick = () => this.step(true);
    this.find("first").onclick = () => this.toEnd(false);
    this.find("last").onclick = () => this.toEnd(true);
    this.find("play").onclick = () => this.play(!this.clock);
    this.find("speed").onchange = () => this.clock && this.play(true);
    const slider = this.find("epoch");
    slider.max = this.doc.states.epochs.length - 1;
    slider.oninput = () => this.goToState(Number(slider.value));
    this.element.addEventListener("keydown", (event) => this.onKey(event), { signal });
    this.darkness.addEventListener("change", () => this.show(), { signal });
    matchMedia("print").addEventListener("change", ({ matches }) => {
      this.isOnPaper = matches;
      this.show();
    }, { signal });
  }

  choose(thing) {
    this.chosen = this.chosen === thing ? null : thing;
    this.showChoice();
  }

  point(thing) {
    this.pointed = thing;
    this.showChoice();
  }

  onKey(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (this.element.classList.contains("quizzed")) return; // steps would show what is asked
    const isField = target.matches("select, input");
    const isButton = target.matches("button, [role=button], summary");
    if (target.dataset?.thing && (key === "Enter" || key === " ")) {
      event.preventDefault();
      this.choose(Number(target.dataset.thing));
      return;
    }
    const grains = [...this.find("grain").options].map((option) => option.value);
    const moves = {
      ArrowRight: () => this.step(true),
      ArrowLeft: () => this.step(false),
      Home: () => this.toEnd(false),
      End: () => this.toEnd(true),
    };
    if (key === "Escape") this.choose(this.chosen);
    else if (key === " " && !isField && !isButton) this.play(!this.clock);
    else if (moves[key] && !isField) moves[key]();
    else if (grains[Number(key) - 1] && !isField) this.find("grain").value = grains[Number(key) - 1];
    else return;
    event.preventDefault();
  }

  // --- show

  show() {
    this.values = new Values(this.source, this.moments, this.moment, this.place);
    this.showPlace();
    this.parts.forEach((part) => part.show());
  }

  /** What is pointed at or chosen: nothing else has changed. */
  showChoice() {
    this.network.showMarks();
    this.explanation.showFormulas();
    this.playing.showOwn();
  }

  /** Where one is, in words. */
  showPlace() {
    const slider = this.find("epoch");
    slider.value = this.place;
    const { n_epochs: all } = this.doc;
    const epoch = this.epoch === all ? this.say("end") : this.say("epoch_n", { epoch: this.epoch });
    slider.setAttribute("aria-valuetext", epoch);
    put(this.find("epoch-name"), this.say("of", { part: epoch, all }));
    put(this.find("place"), this.moment ? this.placeOfStep() : this.placeOfState());
  }

  placeOfState() {
    const epochs = this.doc.epochs.join(", ");
    const when = this.epoch === this.doc.n_epochs ? "state_after" : "state_before";
    const which = this.doc.epochs.length > 1 ? "steps_of_epochs" : "steps_of_epoch";
    return this.say(when, { epoch: this.epoch }) + this.say(which, { epochs });
  }

  placeOfStep() {
    const { sample, rowOfX: row, batch, n, unit } = this.unit;
    if (this.playing.isPlayed) {
      const phase = this.phase(this.moments.step(this.moment).phase);
      return this.say("place_played", { row, phase, step: this.moment.step + 1, all: n });
    }
    const isBatched = this.doc.batch_size > 1 && this.doc.batch_size < this.doc.n_rows;
    const parts = [this.say("epoch_n", { epoch: this.epoch })];
    if (isBatched) parts.push(this.say("batch_n", { batch }));
    if (unit !== "update") {
      parts.push(this.say(row === sample ? "sample_n" : "sample_of_row", { sample, row }));
    }
    parts.push(this.phase(this.moments.step(this.moment).phase));
    parts.push(this.say("step_of", { step: this.moment.step + 1, all: n }));
    return parts.join(", ");
  }
}

/** Show a source in an element that holds the page's body; a page can be unmounted. */
function mount(element, source) {
  return new Page(element, source);
}
