// A quiz: numbers are entered, and judged as `neurosim mark` judges a sheet, without its search for
// usual slips; see neurosim/sheets/judging.py, which is the rule.

const EXACT = 1e-12; // of a fraction, or a number with all digits of a double: relative

const sumOf = (numbers) => numbers.reduce((total, one) => total + one, 0);
const weighted = (term, factor) => (factor === 0 ? 0 : factor * term);

/** How quantities are computed from their operands; see neurosim/sheets/recipes.py. */
const RECIPES = {
  products: (v, weights, start) => {
    let next = weights.length;
    const terms = weights.map((weight, i) => (weight === null ? v[next++] : weight) * v[i]);
    return (start === null ? v[next] : start) + sumOf(terms);
  },
  value: (v, f) => quizFunctions[f](v[0]),
  softmax: (v, number) => {
    const powers = v.map((one) => Math.exp(one - Math.max(...v)));
    return powers[number] / sumOf(powers);
  },
  line: (v, offset, factor) => offset + factor * v[0],
  slope: (v, f, target, factor, divisor) => (
    weighted(quizFunctions[f](v[0], target), factor) / divisor),
  delta: (v, f) => v[0] * quizFunctions[f](v[1], v[2]),
  layer_delta: (v, start, shift) => start + v[1] * (v[0] - shift),
  term: (v, isSingle, goesOn) => (
    (isSingle ? v[0] : v[0] * v[1]) + (goesOn ? v[v.length - 1] : 0)),
  loss: (v, heads) => sumOf(heads.map(([f, outputs, targets, factors, divisor]) => {
    if (f === null) {
      return -sumOf(outputs.filter((i) => targets[i] !== 0)
        .map((i) => targets[i] * Math.log(v[i])));
    }
    return sumOf(outputs.map((i) => (
      weighted(quizFunctions[f](v[i], targets[i]), factors.length ? factors[i] : 1)))) / divisor;
  })),
  update: (v, before, was, after, gradient, along, factor) => {
    const moved = (before === null ? v[1] : before) - was;
    return after + factor * (moved - along * (v[0] - gradient));
  },
};

/** A number as people write it, and half a unit of its last digit; null where it is none. */
function numberIn(text) {
  const plain = text.normalize("NFKC").replace(/[\u2212\u2013]/g, "-").replace(/\u2044/g, "/")
    .replace(/^[ \u2248~=]+|[ \u2248~=]+$/g, "").replace(/^([+-])\s+/, "$1")
    .replace(/\s*[*\u00b7\u00d7x]\s*10\s*(?:\^|\*\*)\s*\(?([+-]?\d+)\)?$/, "e$1");
  const parts = (plain.includes(".") ? plain : plain.replaceAll(",", ".")).split("/");
  const found = parts.map((part) => (
    /^([+-]?(?:\d+\.?(\d*)|\.(\d+)))(?:[eE]([+-]?\d{1,3}))?$/.exec(part.trim())));
  if (parts.length > 2 || plain.length > 60 || found.includes(null)) return null;
  const numbers = parts.map(Number);
  if (parts.length === 2) {
    const number = numbers[0] / numbers[1];
    return Number.isFinite(number) ? { number, half: 0 } : null;
  }
  const [[, , behind, alone, power]] = found;
  const digits = (behind || alone || "").length;
  return { number: numbers[0], half: Number(`5e${Number(power || 0) - digits - 1}`) };
}

/** Judges entries, `{number, half}` or null for each quantity, in the order of the training. */
class QuizJudge {
  constructor(quantities, entries) {
    this.quantities = quantities;
    this.entries = entries.map((entry) => entry && {
      number: entry.number, half: entry.half + EXACT * Math.max(1e-300, Math.abs(entry.number)),
    });
    this.own = [];
    quantities.forEach((_, i) => { this.own[i] = entries[i] ? entries[i].number : this.by(i); });
    this.range = [];
    this.isOff = [];
    this.verdicts = quantities.map((_, i) => (this.entries[i] ? this.judge(i) : this.pass(i)));
  }

  compute(i, values) {
    const { recipe: [kind, ...numbers], value } = this.quantities[i];
    const found = RECIPES[kind](values, ...numbers);
    return Number.isFinite(found) ? found : value;
  }

  by(i) {
    const { recipe, operands, value } = this.quantities[i];
    return recipe ? this.compute(i, operands.map((one) => this.own[one])) : value;
  }

  isAfterFault(i) {
    return this.quantities[i].operands.some((one) => this.isOff[one]);
  }

  /** A quantity that was not entered: as the entered numbers make it. */
  pass(i) {
    this.own[i] = this.by(i);
    this.range[i] = this.image(i);
    this.isOff[i] = this.isAfterFault(i);
    return "";
  }

  judge(i) {
    const { number, half } = this.entries[i];
    const { value } = this.quantities[i];
    const [low, high] = this.image(i);
    const isInside = low - half <= number && number <= high + half;
    const isTrue = Math.abs(number - value) <= half;
    const isRight = isTrue || (isInside && !this.isAfterFault(i));
    const verdict = isRight ? "right" : isInside ? "follows" : "wrong";
    this.own[i] = number;
    this.isOff[i] = !isRight;
    this.range[i] = this.carried(i, low, high, verdict, isTrue);
    return verdict;
  }

  /** The least and the most that the operands allow, each varied alone. */
  image(i) {
    const { recipe, operands, value } = this.quantities[i];
    if (!recipe) return [value - EXACT * Math.abs(value), value + EXACT * Math.abs(value)];
    const point = operands.map((one) => this.own[one]);
    const center = this.compute(i, point);
    let [low, high] = [center, center];
    operands.forEach((one, at) => {
      const ends = this.range[one];
      if (ends[0] === ends[1]) return;
      const moved = ends.map((end) => {
        const values = point.with(at, end);
        const found = RECIPES[recipe[0]](values, ...recipe.slice(1));
        return Number.isFinite(found) ? found : center;
      });
      low += Math.min(...moved, center) - center;
      high += Math.max(...moved, center) - center;
    });
    const slack = EXACT * Math.max(Math.abs(low), Math.abs(high));
    return [low - slack, high + slack];
  }

  /** Between what numbers a line may be gone on with: as written, or with more digits. */
  carried(i, low, high, verdict, isTrue) {
    const { number, half } = this.entries[i];
    if (verdict === "wrong") return [number - half, number + half];
    const ends = [number, Math.max(low, number - half), Math.min(high, number + half)];
    if (isTrue) ends.push(this.quantities[i].value);
    const inside = ends.filter((end) => number - half <= end && end <= number + half);
    return [Math.min(...inside), Math.max(...inside)];
  }
}

const QUIZ_MARKS = { right: "\u2713", follows: "\u2192", wrong: "\u2717", shown: "=", unread: "?" };

/** The lines of the quiz, with a field each. */
class QuizView {
  constructor(page) {
    this.page = page;
    this.quiz = page.doc.quiz;
    this.part = page.find("quiz-part");
    this.part.hidden = false;
    page.element.classList.add("quizzed");
    this.lines = [];
    this.goToSample();
    this.setUp();
    this.judge(null);
  }

  /** The first step of the sample that is asked first: the weights in the network are given then. */
  goToSample() {
    const { epoch, sample } = this.quiz;
    const { moments, doc } = this.page;
    const at = moments.units.findIndex((unit) => (
      unit.unit === "sample" && doc.epochs[unit.epoch] === epoch && unit.sample === sample));
    if (at >= 0) this.page.goTo({ at, step: 0 });
  }

  say(key, values) {
    return this.page.say(`quiz_${key}`, values);
  }

  add(parent, tag, attributes = {}, text = "") {
    return parent.appendChild(make(tag, attributes, text));
  }

  button(parent, key, onclick, label = "") {
    const button = this.add(parent, "button", { type: "button" }, this.say(key));
    if (label) button.setAttribute("aria-label", label);
    button.onclick = onclick;
    return button;
  }

  setUp() {
    const { part, quiz } = this;
    this.add(part, "h2", {}, this.say("title"));
    this.add(part, "p", { class: "quiet hint" }, this.say("how"));
    const given = quiz.given.map(([name, value]) => `${name} = ${value}`).join(", ");
    this.add(part, "p", { class: "given" }, this.say("given", { given }));
    const named = this.add(part, "label", { class: "named" }, `${this.say("name")} `);
    this.name = this.add(named, "input", { type: "text", maxlength: 60, autocomplete: "name" });
    let list = null;
    quiz.lines.forEach((line, at) => {
      const { phase, sample } = line;
      const before = quiz.lines[at - 1];
      if (!before || before.phase !== phase || before.sample !== sample) {
        const when = phase === "update"
          ? this.page.say("batch_n", { batch: Math.floor(sample / this.page.doc.batch_size) })
          : this.page.say("sample_n", { sample });
        const where = `${this.page.say(`phase_${phase}`)}, ${when}`;
        this.add(part, "h3", { id: `quiz-${at}` }, where);
        list = this.add(part, "ul", { class: "quiz", "aria-labelledby": `quiz-${at}` });
      }
      this.lines.push(this.line(list, line, at));
    });
    this.score = this.add(part, "p", { class: "score", role: "status", "aria-live": "polite" });
    const buttons = this.add(part, "p", { class: "buttons" });
    this.button(buttons, "save", () => this.save());
    this.revealing = this.button(buttons, "reveal", () => this.reveal());
  }

  line(list, line, at) {
    const item = this.add(list, "li");
    this.add(item, "label", { for: `quiz-field-${at}` }, line.symbol);
    const input = this.add(item, "input", { type: "text", id: `quiz-field-${at}`, maxlength: 60,
      inputmode: "text", autocomplete: "off", spellcheck: "false", "aria-describedby": `quiz-said-${at}` });
    const button = this.button(item, "show", () => this.show(at),
      this.say("show_of", { what: line.symbol }));
    const said = this.add(item, "span", { id: `quiz-said-${at}`, class: "verdict" });
    input.onchange = () => this.judge(at);
    input.onkeydown = (event) => this.onKey(event, at);
    return { ...line, item, input, button, said, isShown: false };
  }

  /** Enter leads to the next field, Shift and Enter to the one before. */
  onKey(event, at) {
    if (event.key !== "Enter") return;
    event.preventDefault();
    this.judge(at);
    const fields = this.lines.filter(({ isShown }, i) => !isShown || i === at);
    const place = fields.indexOf(this.lines[at]) + (event.shiftKey ? -1 : 1);
    if (fields[place]) fields[place].input.focus();
  }

  /** Judge all that was entered, and say what came of one line. */
  judge(at) {
    const entries = this.quiz.quantities.map(() => null);
    this.lines.forEach(({ of, input, isShown }) => {
      if (!isShown && input.value.trim()) entries[of] = numberIn(input.value);
    });
    const { verdicts } = new QuizJudge(this.quiz.quantities, entries);
    this.lines.forEach((line) => this.showVerdict(line, this.verdictOf(line, verdicts)));
    const points = this.lines.filter(({ verdict }) => verdict === "right" || verdict === "follows");
    const score = this.say("score", { points: points.length, of: this.lines.length });
    const line = at === null ? null : this.lines[at];
    const said = line && line.verdict ? `${line.symbol}: ${line.said.textContent.slice(2)}. ` : "";
    put(this.score, said + score);
  }

  verdictOf({ of, input, isShown }, verdicts) {
    if (isShown) return "shown";
    return input.value.trim() ? verdicts[of] || "unread" : "";
  }

  showVerdict(line, verdict) {
    line.verdict = verdict;
    line.item.className = verdict;
    const value = verdict === "shown" ? { value: line.shown } : {};
    put(line.said, verdict && `${QUIZ_MARKS[verdict]} ${this.say(verdict, value)}`);
    if (verdict === "wrong" || verdict === "unread") line.input.setAttribute("aria-invalid", "true");
    else line.input.removeAttribute("aria-invalid");
  }

  /** The number of a line, which earns no point then. */
  show(at) {
    const line = this.lines[at];
    line.isShown = true;
    line.input.value = "";
    line.input.disabled = true;
    line.button.disabled = true;
    this.judge(at);
    (this.lines.slice(at).find(({ isShown }) => !isShown)?.input ?? this.name).focus();
  }

  /** All numbers: the quiz ends, the rest of the page appears. */
  reveal() {
    this.lines.forEach((line) => {
      line.isShown = line.isShown || !line.input.value.trim();
      line.input.disabled = true;
      line.button.disabled = true;
    });
    this.revealing.disabled = true;
    this.page.element.classList.remove("quizzed");
    this.judge(null);
  }

  /** The lines as a sheet that `neurosim mark` reads. */
  get sheet() {
    const cell = (text) => (/[;"\n#]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
    const rows = this.lines.map(({ what, input, isShown, epoch, sample }) => (
      [what, isShown ? "" : input.value.trim(), epoch, sample].map((one) => cell(String(one)))));
    return [["what", "value", "epoch", "sample"], ...rows].map((row) => `${row.join(";")}\n`).join("");
  }

  save() {
    const stem = this.name.value.trim().replace(/[^\p{L}\p{N}_.-]+/gu, "_") || "quiz";
    const url = URL.createObjectURL(new Blob([this.sheet], { type: "text/csv" }));
    const link = make("a", { href: url, download: `${stem}.csv` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }
}
