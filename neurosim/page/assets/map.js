// The map of a neuron's answers over two inputs, with the rows and the line of decision.

const MOST_DOTS = 400;

// Draw answers into a canvas: from -1 to 1 around their middle, `size` times `size` of them, the
// lowest row first; an output's have the line of decision at their middle. Dots are places over
// the two inputs, each with `isHigh`, `isNow`, or `isPlayed`, which is a diamond.
function drawMap(canvas, theme, { size, extent, answers, isOutput, dots }) {
  const context = canvas.getContext("2d");
  drawAnswers(context, theme, size, answers);
  if (isOutput) drawBoundary(context, theme, size, (i, j) => answers[j * size + i] > 0);
  const [left, right, bottom, top] = extent;
  dots.forEach(({ across, up, isHigh, isNow, isPlayed }) => {
    const x = ((across - left) / (right - left)) * canvas.width;
    const y = ((top - up) / (top - bottom)) * canvas.height;
    context.beginPath();
    if (isPlayed) [[0, -11], [9, 0], [0, 11], [-9, 0]].forEach(([dx, dy]) => context.lineTo(x + dx, y + dy));
    else context.arc(x, y, isNow ? 9 : 5, 0, 7);
    context.closePath();
    context.fillStyle = isHigh ? "#ffffff" : "#000000";
    context.strokeStyle = isHigh ? "#000000" : "#ffffff";
    context.lineWidth = 2;
    context.fill();
    context.stroke();
  });
}

function drawAnswers(context, theme, size, answers) {
  const image = new ImageData(size, size);
  answers.forEach((value, i) => {
    const flipped = (size - 1 - Math.floor(i / size)) * size + (i % size);
    image.data.set([...colourAt(theme, 0.5 + value * 0.39), 255], 4 * flipped);
  });
  const small = new OffscreenCanvas(size, size);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, context.canvas.width, context.canvas.height);
}

/** Lines between neighbours on the map of which one is above the level. */
function drawBoundary(context, theme, size, isAbove) {
  const side = context.canvas.width / size;
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
  context.strokeStyle = theme.text;
  context.stroke();
}

class AnswerMap {
  constructor(page) {
    this.page = page;
    const { map, outputs } = page.doc;
    page.find("map-part").hidden = !map;
    if (!map) return;
    this.canvas = page.find("map");
    this.neurons = page.find("map-of");
    this.neurons.append(...map.neurons.map((neuron) =>
      make("option", { value: neuron }, page.thing(neuron).caption)));
    this.neurons.value = outputs[0];
    this.neurons.onchange = () => this.show();
  }

  show() {
    const { page } = this;
    const { map, outputs } = page.doc;
    if (!map) return;
    const neuron = Number(this.neurons.value);
    const { answers, largest, when } = this.answers(neuron);
    const { size, extent, middle } = map;
    const isOutput = outputs.includes(neuron);
    drawMap(this.canvas, page.theme, { size, extent, answers, isOutput, dots: this.dots() });
    const [across, up] = page.doc.inputs.map((i) => page.thing(i).caption);
    const parts = { neuron: page.thing(neuron).caption, across, up, when,
      centre: short(isOutput ? middle : 0), most: short(largest), middle: short(middle) };
    const text = page.say("map_said", parts) + (isOutput ? page.say("map_line") : "");
    put(page.find("map-said"), text);
    this.canvas.setAttribute("aria-label", text);
  }

  /** What a neuron answers at each point, from -1 to 1 around its middle, and when. */
  answers(neuron) {
    const { page } = this;
    if (page.playing.isPlayed) {
      return { ...page.source.mapOf(neuron), when: page.say("as_played") };
    }
    const { epochs, size, largest, neurons } = page.doc.map;
    const place = epochs.findLastIndex((epoch) => epoch <= page.epoch);
    return {
      answers: Float64Array.from({ length: size * size }, (_, at) =>
        page.source.answer(place, neuron, at)),
      largest: largest[place][neurons.indexOf(neuron)],
      when: epochs[place] ? page.say("after_epochs", { epoch: epochs[place] }) : page.say("before"),
    };
  }

  /** The rows, and the sample that is played. */
  dots() {
    const { page } = this;
    const { source, doc, playing: { isPlayed } } = page;
    const now = page.moment && !isPlayed ? page.unit.rowOfX : undefined;
    const dots = Array.from({ length: Math.min(doc.n_rows, MOST_DOTS) }, (_, row) => ({
      across: source.input(row, 0), up: source.input(row, 1), isNow: row === now,
      isHigh: source.target(row, 0) > doc.map.middle,
    }));
    if (!isPlayed) return dots;
    const [across, up] = source.inputs;
    return [...dots, { across, up, isPlayed, isHigh: source.target(source.row, 0) > doc.map.middle }];
  }
}
