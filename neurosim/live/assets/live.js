// A live page: the page's picture, number format and colours on a session that moves.
// Where requests go to, and where messages come from, is the link's: a socket, or a notebook.

const MARKUP = `
<header><h1 id="title"></h1><p class="quiet"><span id="link" role="status">connecting</span></p></header>
<main class="live">
<section id="controls" aria-label="Where in the training">
<span class="session"><button type="button" id="first" title="start of the epoch (Home)" aria-label="Start of the epoch">|◀</button>
<button type="button" id="back" title="back (left arrow)" aria-label="Back">◀</button>
<button type="button" id="play" title="step on and on, or pause (space)" aria-pressed="false">Play</button>
<button type="button" id="ahead" title="ahead (right arrow)" aria-label="Ahead">▶</button>
<button type="button" id="last" title="start of the next epoch (End)" aria-label="Start of the next epoch">▶|</button></span>
<label class="session">by <select id="grain"><option>step</option><option>neuron</option><option>layer</option><option>phase</option><option>sample</option><option>batch</option><option>epoch</option></select></label>
<label class="session">speed <select id="speed"><option value="0.5">slow</option><option value="1.5" selected>usual</option><option value="5">fast</option><option value="20">very fast</option></select></label>
<span class="session"><button type="button" id="train" title="train until a stop, or to the end (t)" aria-pressed="false">Train</button>
<label>at <select id="rate"><option value="10">10 epochs/s</option><option value="100">100 epochs/s</option><option value="1000">1,000 epochs/s</option><option value="">full speed</option></select></label>
<button type="button" id="rcontinue" title="go back to where something would have stopped it">Back to a stop</button>
<button type="button" id="restart" title="go to the start, and take back what was set">Restart</button></span>
<label id="slide" class="session">epoch <input type="range" id="epoch" min="0" max="0" value="0" step="1"><span id="epoch-name"></span></label>
<p id="place"></p>
</section>
<section aria-label="The network"><div id="net"></div>
<ul class="key quiet"><li><svg viewBox="0 0 40 8" aria-hidden="true"><path class="above" d="M0 4H40"/></svg> weight above 0</li><li><svg viewBox="0 0 40 8" aria-hidden="true"><path class="below" d="M0 4H40"/></svg> below 0</li><li>the wider, the larger</li><li>a number in a neuron: its output</li><li>b: bias</li><li class="session">drag a line up or down: its weight; a neuron: its bias</li></ul>
</section>
<section id="arithmetic" aria-label="The arithmetic">
<div class="session"><h2>This step</h2>
<ul class="arithmetic" id="run" aria-label="Before it, of the same neuron"></ul>
<p id="now" aria-live="polite"></p>
<p id="coming"></p></div>
<h2><span id="told-name"></span></h2>
<p class="quiet" id="told-kept"></p>
<div id="chosen" class="session" hidden>
<div class="row"><label>set <select id="set-what"></select></label> <input type="text" id="set-to" size="10" aria-label="its new value: a number or an expression"> <button type="button" id="set">Set</button> <input type="range" id="set-slide" class="grow" min="0" max="200" value="100" aria-label="drag its value"></div>
<div class="row"><label>stop at <select id="stop-at"></select></label> <label class="grow">if <input type="text" id="stop-if" class="grow" placeholder="h1.output &gt; 0.9"></label> <button type="button" id="stop">Stop there</button></div>
<div class="row"><button type="button" id="until">Go there</button> <button type="button" id="watch">Stop when it changes</button> <button type="button" id="display">Show always</button> <button type="button" id="freeze">Freeze</button> <button type="button" id="disable">Switch off</button> <button type="button" id="why">Why this update?</button></div>
</div>
<ul class="arithmetic" id="told" aria-label="Its formulas"></ul>
<p class="session"><button type="button" id="loss-step">L</button></p>
</section>
<section id="what-if" class="session" aria-label="Stops and branches">
<h2>Stops</h2>
<ul class="list" id="stops"></ul>
<div class="row"><label>stop when something goes wrong: <select id="catch-what"></select></label> <button type="button" id="catch">Add</button></div>
<div class="row"><label class="grow">stop wherever <input type="text" id="anywhere" class="grow" placeholder="loss &lt; 0.01"></label> <button type="button" id="anywhere-add">Add</button></div>
<h2>What if</h2>
<ul class="list" id="edits"></ul>
<div class="row"><button type="button" id="fork">Keep this branch</button> <label>compare with <select id="branches"></select></label> <button type="button" id="compare">Compare</button></div>
<h2>Ask</h2>
<div class="row"><label class="grow">value of <input type="text" id="expression" class="grow" placeholder="abs(o1.delta)"></label> <button type="button" id="print">Tell</button> <button type="button" id="list">Around here</button> <button type="button" id="doctor">Why does it not learn?</button></div>
<ul class="list" id="displays"></ul>
<ul class="arithmetic" id="said" aria-live="polite" aria-label="Answers"></ul>
</section>
<section id="curve-part" aria-label="The loss over the epochs"><h2>Loss</h2>
<svg id="curve" viewBox="0 0 400 140" role="img" aria-label="The loss of each epoch"></svg><p class="quiet" id="curve-said"></p></section>
<section id="map-part" aria-label="Answers over the two inputs" hidden><h2><label>Answers of <select id="map-of"></select></label></h2>
<canvas id="map" width="288" height="288" role="img"></canvas><p class="quiet" id="map-said"></p></section>
<section id="rows-part" aria-label="The rows"><h2>Rows</h2>
<div class="scroll" tabindex="0" role="region" aria-label="The rows of the data"><table><thead><tr id="rows-head"></tr></thead><tbody id="rows-body"></tbody></table></div>
<p class="quiet">Outputs are those that each row has with the present parameters. <span id="rows-left-out"></span></p></section>
<section id="keys" class="session" aria-label="Keys"><details><summary>Keys</summary>
<p>Right and left arrow: ahead and back by the chosen grain. Space: play or pause. t: train or pause. Home, End: start of this epoch, of the next. 1 to 7: step, neuron, layer, phase, sample, batch, epoch. Tab: to the next neuron or connection; Enter chooses it. Escape: follow the steps again.</p></details></section>
</main>`;

const NOT_FINITE = { nan: NaN, inf: Infinity, "-inf": -Infinity };
const numberOf = (value) => (typeof value === "string" ? NOT_FINITE[value] : value);
const MOST_SAID = 60; // lines
const HIT = /^(breakpoint|watch|catch) \d+/;
const MOVES = new Set(["step", "neuron", "layer", "phase", "sample", "batch", "epoch", "back",
  "goto", "until", "continue", "run", "rcontinue", "restart"]);

/** What the objects hold at a moment, as a view says it. */
class LiveValues {
  constructor(view) {
    this.view = view;
    this.parameters = Float64Array.from(view.parameters, numberOf);
  }

  get(thing, quantity) {
    if (thing === NETWORK) return this.numberOr(this.view.loss);
    return this.numberOr((this.view[`${quantity}s`] || [])[thing]);
  }

  numberOr(value) {
    return value === null || value === undefined ? undefined : numberOf(value);
  }
}

class LivePage {
  constructor(element, link) {
    this.element = element;
    this.link = link;
    this.chosen = null;
    this.pointed = null;
    this.darkness = matchMedia("(prefers-color-scheme: dark)");
    this.waiting = new Map(); // what to do with the answers that are still to come
    this.n = Math.floor(Math.random() * 2 ** 40); // views of a notebook hear each other's answers
    link.onMessage = (message) => this.take(message);
    link.onState = (isOpen, words) => this.showLink(isOpen, words);
    this.setUpControls();
  }

  find(id) {
    return this.element.querySelector(`#${id}`);
  }

  // --- what the picture asks for

  get theme() {
    return this.doc.themes[this.darkness.matches ? "dark" : "light"];
  }

  get marks() {
    return (this.view && this.view.marks) || [];
  }

  thing(number) {
    if (number === NETWORK) return { name: "loss", head: this.doc.loss_head };
    const n = this.doc.neurons.length;
    return number < n ? this.doc.neurons[number] : this.doc.connections[number - n];
  }

  isNeuron(number) {
    return number >= 0 && number < this.doc.neurons.length;
  }

  point(thing) {
    this.pointed = thing;
    if (!this.view) return;
    this.network.showMarks();
    this.showLiveExplanation();
  }

  // --- requests and messages

  /** Ask for something; the answer comes later, or null where the link is lost. */
  ask(request, { isQuiet = false } = {}) {
    this.n += 1;
    const id = this.n;
    if (!this.link.send({ id, ...request })) return Promise.resolve(null);
    return new Promise((done) => {
      this.waiting.set(id, (answer) => {
        if (!isQuiet) this.say(answer, !MOVES.has(request.do));
        done(answer);
      });
    });
  }

  take(message) {
    if (message.document) this.begin(message.document);
    if (!this.doc) return;
    const isOwn = this.waiting.has(message.id);
    if (message.view) this.view = message.view;
    if (message.frame) {
      this.view = { ...this.view, ...message.frame, now: "", done: [], marks: [], coming: "" };
    }
    if (message.view || message.frame) this.show();
    if (isOwn) {
      const done = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      done(message);
    } else if (message.said || message.error) this.say(message);
  }

  say({ said = [], error, view }, isAll = false) {
    const list = this.find("said");
    const isMove = Boolean(view); // what it led to is shown; what stopped it is said
    const told = isMove && !isAll ? said.filter((text) => HIT.test(text)) : said;
    const lines = error ? [{ text: error, kind: "error" }] : told.map((text) => ({ text }));
    for (const { text, kind = "" } of lines) {
      list.append(make("li", kind ? { class: kind } : {}, text));
    }
    while (list.children.length > MOST_SAID) list.firstChild.remove();
    if (lines.length) list.scrollTop = list.scrollHeight;
  }

  showLink(isOpen, words) {
    this.find("link").textContent = isOpen ? "connected" : words;
    this.find("link").classList.toggle("lost", !isOpen);
    if (isOpen) return;
    this.waiting.forEach((done) => done({}));
    this.waiting.clear();
  }

  // --- set up

  begin(doc) {
    const isFirst = !this.doc;
    this.doc = doc;
    this.find("title").textContent = doc.title || "A network and its training";
    if (this.element.id === "live") document.title = this.find("title").textContent;
    this.element.querySelector("main").classList.toggle("watching", Boolean(doc.is_watched));
    this.find("net").innerHTML = doc.diagrams;
    this.network = new NetworkView(this);
    this.network.elements.forEach((element) => {
      this.setUpDragging(element, Number(element.dataset.thing));
    });
    this.find("epoch").max = doc.n_epochs;
    this.find("catch-what").replaceChildren(...Object.entries(doc.catches || {}).map(
      ([name, says]) => make("option", { value: name, title: says }, name)));
    this.setUpLiveRows();
    this.setUpLiveMap();
    if (isFirst) this.darkness.addEventListener("change", () => this.show());
    if (this.element.id === "live") document.documentElement.classList.add("ready");
    this.element.classList.add("ready");
  }

  setUpControls() {
    const on = (id, act) => { this.find(id).onclick = act; };
    on("back", () => this.step(false));
    on("ahead", () => this.step(true));
    on("first", () => this.ask({ do: "goto", epoch: this.view.epoch }));
    on("last", () => this.ask({ do: "epoch" }));
    on("play", () => this.play(!this.clock));
    on("train", () => this.train());
    on("rcontinue", () => this.ask({ do: "rcontinue" }));
    on("restart", () => this.ask({ do: "restart" }));
    on("loss-step", () => this.choose(NETWORK));
    on("set", () => this.set(this.find("set-to").value));
    on("stop", () => this.ask({ do: "break", where: this.find("stop-at").value,
      when: this.find("stop-if").value.trim() || null }));
    on("until", () => this.ask({ do: "until", where: this.find("stop-at").value }));
    on("watch", () => this.ask({ do: "watch", quantity: this.find("set-what").value }));
    on("display", () => this.ask({ do: "display", expression: this.find("set-what").value }));
    on("freeze", () => this.ask({ do: this.isFrozen ? "unfreeze" : "freeze",
      names: [this.parameterName] }));
    on("disable", () => this.ask({ do: this.isDisabled ? "enable" : "disable",
      connection: this.thing(this.chosen).name }));
    on("why", () => this.ask({ do: "why", name: this.parameterName }));
    on("catch", () => this.ask({ do: "catch", name: this.find("catch-what").value }));
    on("anywhere-add", () => this.ask({ do: "break", when: this.find("anywhere").value }));
    on("fork", () => this.ask({ do: "fork" }));
    on("compare", () => this.ask({ do: "compare", name: this.find("branches").value || null }));
    on("print", () => this.ask({ do: "print", expression: this.find("expression").value }));
    on("list", () => this.ask({ do: "list" }));
    on("doctor", () => this.ask({ do: "doctor" }));
    const enter = (field, button) => {
      this.find(field).onkeydown = ({ key }) => key === "Enter" && this.find(button).click();
    };
    [["set-to", "set"], ["stop-if", "stop"], ["anywhere", "anywhere-add"],
      ["expression", "print"]].forEach(([field, button]) => enter(field, button));
    this.find("speed").onchange = () => this.clock && this.play(true);
    this.find("set-what").onchange = () => this.showSetting();
    this.find("set-slide").oninput = () => this.slide();
    this.find("set-slide").onchange = () => { this.from = null; };
    const slider = this.find("epoch");
    slider.oninput = () => { this.find("epoch-name").textContent = this.epochName(slider.value); };
    slider.onchange = () => this.ask({ do: "goto", epoch: Number(slider.value) });
    this.find("map-of").onchange = () => this.ask({ do: "map",
      name: this.doc.neurons[this.find("map-of").value].name });
    const keys = this.element.id === "live" ? document : this.element;
    keys.addEventListener("keydown", (event) => this.doc && this.onLiveKey(event));
  }

  // --- moving

  step(isAhead) {
    const grain = this.find("grain").value;
    return this.ask(isAhead ? { do: grain } : { do: "back", grain });
  }

  play(isOn) {
    clearInterval(this.clock);
    this.clock = isOn ? setInterval(() => this.tick(), 1000 / Number(this.find("speed").value)) : null;
    this.find("play").textContent = isOn ? "Pause" : "Play";
    this.find("play").setAttribute("aria-pressed", String(isOn));
    this.find("now").setAttribute("aria-live", isOn ? "off" : "polite");
  }

  async tick() {
    if (this.isTicking) return;
    this.isTicking = true;
    await this.step(true);
    this.isTicking = false;
    if (this.view.is_over) this.play(false);
  }

  train() {
    this.play(false);
    if (this.view.is_moving) return this.ask({ do: "pause" });
    const rate = this.find("rate").value;
    return this.ask({ do: "continue", rate: rate ? Number(rate) : null });
  }

  onLiveKey(event) {
    const { target, key } = event;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const inside = event.composedPath()[0];
    const isField = inside.matches?.("select, input");
    const isButton = inside.matches?.("button, [role=button], summary");
    if (inside.dataset?.thing && (key === "Enter" || key === " ")) {
      event.preventDefault();
      this.choose(Number(inside.dataset.thing));
      return;
    }
    const grains = [...this.find("grain").options].map((option) => option.value);
    const moves = {
      ArrowRight: () => this.step(true),
      ArrowLeft: () => this.step(false),
      Home: () => this.find("first").click(),
      End: () => this.find("last").click(),
      t: () => this.train(),
    };
    if (key === "Escape" && target) this.choose(this.chosen);
    else if (isField) return;
    else if (key === " " && !isButton) this.play(!this.clock);
    else if (moves[key]) moves[key]();
    else if (grains[Number(key) - 1]) this.find("grain").value = grains[Number(key) - 1];
    else return;
    event.preventDefault();
  }

  // --- setting

  get parameterName() {
    if (this.chosen === null || this.chosen < 0) return null;
    const { name } = this.thing(this.chosen);
    return this.isNeuron(this.chosen) ? `${name}.bias` : name;
  }

  get isFrozen() {
    return (this.view.frozen || []).includes(this.chosen);
  }

  get isDisabled() {
    if (this.chosen === null || this.isNeuron(this.chosen) || this.chosen < 0) return false;
    return this.isFrozen && this.values.parameters[this.thing(this.chosen).weight] === 0;
  }

  /** What may be set of the thing that is chosen. */
  quantities(thing) {
    const { name, bias, activation } = this.thing(thing);
    if (!this.isNeuron(thing)) return [`${name}.weight`];
    const isInput = this.doc.inputs.includes(thing) || activation === null;
    return [...(bias !== null ? [`${name}.bias`] : []), `${name}.output`,
      ...(isInput ? [] : [`${name}.net_input`, `${name}.delta`])];
  }

  valueOf(quantity) {
    const what = quantity.split(".").at(-1);
    const { bias, weight } = this.thing(this.chosen);
    if (what === "weight") return this.values.parameters[weight];
    if (what === "bias") return this.values.parameters[bias];
    return this.values.get(this.chosen, what);
  }

  set(value, what = this.find("set-what").value) {
    const text = String(value).trim();
    const isNumber = text !== "" && Number.isFinite(Number(text));
    return this.ask({ do: "set", what, value: isNumber ? Number(text) : text });
  }

  /** Set while it is dragged: one request at a time, the last one always. */
  async setSoon(what, value) {
    this.wanted = { what, value };
    if (this.isSetting) return;
    this.isSetting = true;
    while (this.wanted) {
      const { what: name, value: number } = this.wanted;
      this.wanted = null;
      await this.ask({ do: "set", what: name, value: number, again: true }, { isQuiet: true });
    }
    this.isSetting = false;
  }

  slide() {
    const what = this.find("set-what").value;
    this.from ??= this.valueOf(what) ?? 0;
    const span = Math.max(1, 2 * Math.abs(this.from));
    const value = this.from + ((Number(this.find("set-slide").value) - 100) / 100) * span;
    this.find("set-to").value = short(value);
    this.setSoon(what, Number(value.toPrecision(6)));
  }

  setUpDragging(element, thing) {
    element.addEventListener("pointerdown", (event) => {
      const { weight, bias, name } = this.thing(thing);
      const parameter = this.isNeuron(thing) ? bias : weight;
      if (event.button !== 0 || parameter === null || parameter === undefined) return;
      if (this.doc.is_watched) return;
      const from = this.values.parameters[parameter];
      const what = `${name}.${this.isNeuron(thing) ? "bias" : "weight"}`;
      let isDragged = false;
      const move = ({ clientY }) => {
        const way = event.clientY - clientY;
        if (!isDragged && Math.abs(way) < 5) return;
        if (!isDragged) {
          isDragged = true;
          element.classList.add("dragged");
          element.setPointerCapture(event.pointerId);
        }
        const value = from + (way / 100) * Math.max(1, Math.abs(from));
        this.setSoon(what, Number(value.toPrecision(6)));
      };
      const end = () => {
        element.removeEventListener("pointermove", move);
        element.removeEventListener("pointerup", end);
        element.removeEventListener("pointercancel", end);
        element.classList.remove("dragged");
        this.wasDragged = isDragged;
      };
      element.addEventListener("pointermove", move);
      element.addEventListener("pointerup", end);
      element.addEventListener("pointercancel", end);
    });
  }

  choose(thing) {
    if (this.wasDragged) {
      this.wasDragged = false;
      return;
    }
    this.chosen = this.chosen === thing ? null : thing;
    this.explained = null;
    this.show();
    this.showChosen();
  }

  showChosen() {
    const isThing = this.chosen !== null && this.chosen >= 0;
    this.find("chosen").hidden = !isThing;
    if (!isThing) return;
    const { name } = this.thing(this.chosen);
    const quantities = this.quantities(this.chosen);
    const option = (text, value = text) => make("option", { value }, text);
    this.find("set-what").replaceChildren(...quantities.map((text) => option(text)));
    const words = this.isNeuron(this.chosen)
      ? ["its output", "its delta", "its bias's update"]
      : ["its term", "its gradient", "its update"];
    this.find("stop-at").replaceChildren(option(words[0], name),
      ...(this.doc.inputs.includes(this.chosen) ? [] : [option(words[1], `${name} backward`),
        option(words[2], `${name} update`)]));
    this.find("stop-if").placeholder = `${quantities[0]} > 0.9`;
    this.from = null;
    this.showSetting();
  }

  showSetting() {
    const what = this.find("set-what").value;
    if (!what || this.chosen === null || this.chosen < 0) return;
    const value = this.valueOf(what);
    const field = this.find("set-to");
    const root = this.element.getRootNode();
    if (root.activeElement !== field) field.value = value === undefined ? "" : short(value);
    if (this.from === null || this.from === undefined) this.find("set-slide").value = 100;
    const isParameter = what.endsWith(".bias") || what.endsWith(".weight");
    const { bias } = this.thing(this.chosen);
    const has = !this.isNeuron(this.chosen) || bias !== null;
    this.find("freeze").hidden = !has;
    this.find("freeze").textContent = this.isFrozen ? "Let it learn" : "Freeze";
    this.find("why").hidden = !has;
    this.find("disable").hidden = this.isNeuron(this.chosen);
    this.find("disable").textContent = this.isDisabled ? "Switch on" : "Switch off";
    this.find("set-slide").hidden = !isParameter && value === undefined;
  }

  // --- show

  show() {
    if (!this.view) return;
    const { view } = this;
    this.values = new LiveValues(view);
    this.showLivePlace();
    this.showLiveNow();
    this.showLiveNetwork();
    this.showLiveExplanation();
    this.showLiveCurve();
    this.showLiveRows();
    this.showLiveMap();
    this.showLists();
    this.showSetting();
  }

  epochName(epoch) {
    const isEnd = Number(epoch) === this.doc.n_epochs;
    return `${isEnd ? "the end" : `epoch ${epoch}`} of ${this.doc.n_epochs}`;
  }

  showLivePlace() {
    const { view } = this;
    this.find("place").textContent = view.place;
    const slider = this.find("epoch");
    if (this.element.getRootNode().activeElement !== slider || view.is_moving) slider.value = view.epoch;
    slider.setAttribute("aria-valuetext", this.epochName(view.epoch));
    this.find("epoch-name").textContent = this.epochName(view.epoch);
    this.find("train").textContent = view.is_moving ? "Pause" : "Train";
    this.find("train").setAttribute("aria-pressed", String(Boolean(view.is_moving)));
    this.find("train").disabled = view.is_over && !view.is_moving;
  }

  showLiveNow() {
    const { now = "", done = [], coming = "", is_moving: isMoving } = this.view;
    this.find("now").textContent = now;
    fill(this.find("run"), done.map((text) => ({ text })));
    this.find("coming").textContent = coming && !isMoving ? `next: ${coming}` : "";
  }

  showLiveNetwork() {
    const { scales } = this.doc;
    this.network.weights = new Scale(numberOf(this.view.largest), scales, scales.share);
    this.network.show();
    const frozen = new Set(this.view.frozen || []);
    this.network.elements.forEach((element) => {
      element.classList.toggle("frozen", frozen.has(Number(element.dataset.thing)));
    });
    const loss = this.values.get(NETWORK, "loss");
    this.find("loss-step").textContent = loss === undefined ? "L = not yet" : `L = ${short(loss)}`;
  }

  get told() {
    if (this.pointed !== null) return this.pointed;
    if (this.chosen !== null) return this.chosen;
    return this.view.about ?? this.doc.outputs[0];
  }

  /** Ask for the formulas that are shown, once for each moment. */
  async showLiveExplanation() {
    const thing = this.told;
    const name = thing === NETWORK ? "loss" : this.thing(thing).name;
    this.find("told-name").textContent = name;
    this.find("told-kept").textContent = this.doc.is_watched ? "" : this.chosen === null
      ? "follows the steps; choose a neuron or a connection to keep it, to change it or to stop at it"
      : "kept while stepping; choose it again, or Escape, to follow the steps";
    if (this.doc.is_watched) {
      const { head = [], bias, weight } = this.thing(thing);
      const own = bias ?? weight;
      const value = own === null || own === undefined ? [] :
        [`${this.doc.parameters[own]} = ${short(this.values.parameters[own])}`];
      fill(this.find("told"), [...head, ...value].map((text) => ({ text })));
      return;
    }
    if (this.view.is_moving) {
      this.explained = null;
      fill(this.find("told"), []);
      return;
    }
    const key = `${name} ${this.view.revision}`;
    if (key === this.explained) return;
    this.explained = key;
    const answer = await this.ask({ do: "explain", name }, { isQuiet: true });
    if (!answer?.said || this.explained !== key) return;
    fill(this.find("told"), answer.said.map((text, at) => {
      const isPhase = /^(forward|backward|loss|update)\b/.test(text);
      const kind = at === 0 ? "head" : isPhase ? "phase" : text.includes("not yet") ? "open" : "";
      return { text: text.replace(/^ {2}/, ""), kind };
    }));
  }

  showLiveCurve() {
    const { epochs = [], losses = [] } = this.view.losses || {};
    this.find("curve-part").hidden = losses.length < 2;
    if (losses.length < 2) return;
    const curve = this.find("curve");
    const { moveTo } = drawLosses(curve, epochs, losses, (epoch, isLog) =>
      `epoch ${epoch}${isLog ? ", the loss on a logarithmic scale" : ""}`);
    moveTo(this.view.epoch);
    this.find("curve-said").textContent =
      `loss of epoch ${epochs.at(-1)}: ${short(losses.at(-1))}`;
  }

  setUpLiveRows() {
    const { inputs, outputs, neurons, X, T, n_rows: nRows } = this.doc;
    const caption = (number) => neurons[number].caption;
    const columns = ["row", ...inputs.map(caption), ...outputs.map((o) => `target ${caption(o)}`),
      ...outputs.map(caption)];
    this.find("rows-part").hidden = !X;
    if (!X) return;
    const parts = { head: this.find("rows-head"), body: this.find("rows-body") };
    const given = X.map((values, row) => [...values, ...T[row]].map(numberOf));
    this.rows = drawRows(parts, columns, given, outputs.length,
      { say: (row) => `go on to row ${row}`, act: (row) => this.goOnToRow(row) });
    this.find("rows-left-out").textContent =
      X.length < nRows ? `The first ${X.length} of ${nRows} rows.` : "";
  }

  /** To where this row comes next: rows may be shuffled, so samples are tried one by one. */
  async goOnToRow(row) {
    for (let tries = 0; tries < 2 * this.doc.n_rows && !this.view.is_over; tries += 1) {
      if (!(await this.ask({ do: "sample" }, { isQuiet: true }))?.view) return;
      if (this.view.row === row) return;
    }
  }

  showLiveRows() {
    if (!this.rows || !this.view.answers) return;
    const { answers, is_over: isOver, is_moving: isMoving, row: present } = this.view;
    this.rows.forEach((line, row) =>
      showRow(line, answers[row].map(numberOf), row === present && !isOver && !isMoving));
  }

  setUpLiveMap() {
    const isThere = this.doc.inputs.length === 2;
    this.find("map-part").hidden = !isThere;
    this.find("map-of").disabled = Boolean(this.doc.is_watched);
    if (!isThere) return;
    this.find("map-of").replaceChildren(...this.doc.neurons.flatMap((neuron, i) =>
      (this.doc.inputs.includes(i) ? [] : [make("option", { value: i }, neuron.caption)])));
  }

  showLiveMap() {
    const { map } = this.view;
    this.find("map-part").hidden = !map;
    if (!map) return;
    const neuron = this.doc.neurons.findIndex(({ name }) => name === map.neuron);
    this.find("map-of").value = neuron;
    const { size, largest, extent, middle, values } = map;
    const isOutput = this.doc.outputs.includes(neuron);
    const { row: now, is_moving: isMoving, is_over: isOver } = this.view;
    const canvas = this.find("map");
    drawMap(canvas, this.theme, {
      size, extent, isOutput, answers: values.map((value) => value / 100),
      dots: (this.doc.X || []).map(([x, y], row) => ({
        across: numberOf(x), up: numberOf(y), isHigh: numberOf(this.doc.T[row][0]) > middle,
        isNow: row === now && !isMoving && !isOver,
      })),
    });
    const [across, up] = this.doc.inputs.map((i) => this.doc.neurons[i].caption);
    const said = `${this.thing(neuron).caption} over ${across} (to the right) and ${up} (upwards) ` +
      `with the present parameters; orange is below ` +
      `${short(isOutput ? middle : 0)}, blue above, at most ${short(largest)} from it; ` +
      `white dots are rows whose first target is above ${short(middle)}` +
      (isOutput ? ", and so is the answer on one side of the line" : "");
    if (this.find("map-said").textContent === said) return;
    this.find("map-said").textContent = said;
    canvas.setAttribute("aria-label", said);
  }

  showLists() {
    const { stops = [], edits = [], branches = [], displays = [], is_moving: isMoving } = this.view;
    if (isMoving) {
      this.showDisplays(displays);
      return;
    }
    this.find("stops").replaceChildren(...stops.map(({ number, text, on }) => {
      const item = make("li");
      const box = make("input", { type: "checkbox", "aria-label": `stop ${number} counts` });
      box.checked = on;
      box.onchange = () => this.ask({ do: "switch", number, on: box.checked });
      const remove = make("button", { type: "button", "aria-label": `delete stop ${number}` }, "×");
      remove.onclick = () => this.ask({ do: "delete", number });
      item.append(box, make("span", {}, text), remove);
      return item;
    }));
    this.find("edits").replaceChildren(...edits.map((text) => {
      const item = make("li");
      item.append(make("span", {}, text));
      return item;
    }));
    const chosen = this.find("branches").value;
    this.find("branches").replaceChildren(...branches.map((name) => make("option", {}, name)));
    if (branches.includes(chosen)) this.find("branches").value = chosen;
    this.find("compare").disabled = !branches.length;
    this.showDisplays(displays);
  }

  showDisplays(displays) {
    const list = this.find("displays");
    const isSame = list.children.length === displays.length;
    if (isSame) {
      displays.forEach(({ text }, i) => { list.children[i].firstChild.textContent = text; });
      return;
    }
    list.replaceChildren(...displays.map(({ number, text }) => {
      const item = make("li");
      const remove = make("button", { type: "button", "aria-label": `show ${number} no more` }, "×");
      remove.onclick = () => this.ask({ do: "undisplay", number });
      item.append(make("span", {}, text), remove);
      return item;
    }));
  }
}

/** Put a live page into an element; what it asks goes over the link. */
function mountLive(element, link) {
  element.innerHTML = MARKUP;
  return new LivePage(element, link);
}
