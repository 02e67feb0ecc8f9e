// The curve of the loss over the epochs, with the present moment.

// Draw losses into an SVG of 400 x 140; returns where an epoch is on its horizontal axis, which
// epoch is at a place on it, and what moves the line at the present moment. `lastly` says what is
// written below the last epoch, and whether the axis of losses is logarithmic; `validation` is a
// second curve, {epochs, losses}.
function drawLosses(curve, epochs, losses, lastly, validation = { epochs: [], losses: [] }) {
  const finite = [...losses, ...validation.losses].filter(Number.isFinite);
  const [low, high] = [Math.min(...finite), Math.max(...finite)];
  const isLog = low > 0 && high / low > 50;
  const scale = isLog ? Math.log : (x) => x;
  const least = isLog ? low : Math.min(low, 0);
  const [bottom, top] = [scale(least), scale(high)];
  const lastEpoch = Math.max(epochs.at(-1), 1);
  const x = (epoch) => 46 + (Math.min(epoch, lastEpoch) / lastEpoch) * 344;
  const y = (loss) => 120 - ((scale(loss) - bottom) / (top - bottom || 1)) * 108;
  const line = (kind, at, values) => make("polyline", {
    class: kind,
    points: at.map((epoch, i) => [x(epoch), y(values[i])])
      .filter(([, v]) => Number.isFinite(v))
      .map((point) => point.map((n) => n.toFixed(1)).join(",")).join(" "),
  });
  const moment = make("line", { class: "moment", y1: 8, y2: 122 });
  curve.replaceChildren(
    make("path", { class: "axis", d: "M46 10V120H392" }),
    line("loss", epochs, losses),
    line("validation", validation.epochs, validation.losses),
    make("text", { class: "tick", x: 42, y: 16, "text-anchor": "end" }, brief(high)),
    make("text", { class: "tick", x: 42, y: 122, "text-anchor": "end" }, brief(least)),
    make("text", { class: "tick", x: 46, y: 136 }, "0"),
    make("text", { class: "tick", x: 392, y: 136, "text-anchor": "end" },
      lastly(lastEpoch, isLog)),
    moment,
  );
  return {
    x,
    epochAt: (clientX) => {
      const box = curve.getBoundingClientRect();
      return ((((clientX - box.left) / box.width) * 400 - 46) / 344) * lastEpoch;
    },
    moveTo: (epoch) => ["x1", "x2"].forEach((end) => moment.setAttribute(end, x(epoch))),
  };
}

/** The place of the number that is nearest to another. */
function nearestPlace(numbers, number) {
  const gaps = numbers.map((one) => Math.abs(one - number));
  return gaps.indexOf(Math.min(...gaps));
}

class LossCurve {
  constructor(page) {
    this.page = page;
    const { epochs } = page.doc.losses;
    const losses = epochs.map((_, i) => page.source.loss(i));
    const finite = losses.filter((loss) => Number.isFinite(loss));
    page.find("curve-part").hidden = finite.length < 2;
    this.losses = new Map(epochs.map((epoch, i) => [epoch, losses[i]]));
    if (finite.length >= 2) this.draw(epochs, losses);
  }

  draw(epochs, losses) {
    const { page } = this;
    const curve = page.find("curve");
    const validation = { epochs: page.doc.validation.epochs, losses: page.source.validation() };
    this.validation = new Map(validation.epochs.map((epoch, i) => [epoch, validation.losses[i]]));
    this.drawn = drawLosses(curve, epochs, losses,
      (epoch, isLog) => page.say(isLog ? "epoch_log" : "epoch_n", { epoch }), validation);
    page.doc.epochs.forEach((epoch) => {
      curve.append(make("circle", { class: "recorded", cx: this.drawn.x(epoch), cy: 120, r: 3 }));
    });
    curve.addEventListener("click", ({ clientX }) => {
      page.goToState(nearestPlace(page.doc.states.epochs, this.drawn.epochAt(clientX)));
    });
  }

  show() {
    const { page } = this;
    if (!this.drawn) return;
    const share = page.moment ? page.unit.sample / page.doc.n_rows : 0;
    this.drawn.moveTo(page.epoch + share);
    if (page.playing.isPlayed) {
      const { loss, rows } = page.playing.loss;
      put(page.find("curve-said"), page.say("loss_played", { rows, loss: short(loss) }));
      return;
    }
    const say = (words, loss) => (loss === undefined
      ? [] : [page.say(words, { epoch: page.epoch, loss: short(loss) })]);
    put(page.find("curve-said"), [
      ...say("loss_of_epoch", this.losses.get(page.epoch)),
      ...say("validation_of_epoch", this.validation.get(page.epoch)),
    ].join("; "));
  }
}
