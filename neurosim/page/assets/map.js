// The map of a neuron's answers over two inputs, with the rows and the line of decision.

const MOST_DOTS = 400;

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
    const context = this.canvas.getContext("2d");
    this.drawAnswers(context, answers);
    const isOutput = outputs.includes(neuron);
    if (isOutput) this.drawBoundary(context, answers, largest);
    this.drawRows(context);
    const [across, up] = page.doc.inputs.map((i) => page.thing(i).caption);
    const parts = { neuron: page.thing(neuron).caption, across, up, when,
      most: short(largest), middle: short(map.middle) };
    const text = page.say("map_said", parts) + (isOutput ? page.say("map_line") : "");
    put(page.find("map-said"), text);
    this.canvas.setAttribute("aria-label", text);
  }

  /** What a neuron answers at each point, as parts of the largest, and when. */
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

  drawAnswers(context, answers) {
    const { size } = this.page.doc.map;
    const image = new ImageData(size, size);
    answers.forEach((value, i) => {
      const flipped = (size - 1 - Math.floor(i / size)) * size + (i % size);
      image.data.set([...colourAt(this.page.theme, 0.5 + value * 0.39), 255], 4 * flipped);
    });
    const small = new OffscreenCanvas(size, size);
    small.getContext("2d").putImageData(image, 0, 0);
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, this.canvas.width, this.canvas.height);
  }

  /** Lines between neighbours on the map of which one is above the middle of the targets. */
  drawBoundary(context, answers, largest) {
    const { size, middle } = this.page.doc.map;
    const side = this.canvas.width / size;
    const isAbove = (i, j) => answers[j * size + i] * largest > middle;
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
    context.strokeStyle = this.page.theme.text;
    context.stroke();
  }

  drawRows(context) {
    const { page } = this;
    const [left, right, bottom, top] = page.doc.map.extent;
    const now = page.moment ? page.unit.rowOfX : undefined;
    for (let row = 0; row < Math.min(page.doc.n_rows, MOST_DOTS); row += 1) {
      const isHigh = page.source.target(row, 0) > page.doc.map.middle;
      context.beginPath();
      context.arc(((page.source.input(row, 0) - left) / (right - left)) * this.canvas.width,
        ((top - page.source.input(row, 1)) / (top - bottom)) * this.canvas.height,
        row === now ? 9 : 5, 0, 7);
      context.fillStyle = isHigh ? "#ffffff" : "#000000";
      context.strokeStyle = isHigh ? "#000000" : "#ffffff";
      context.lineWidth = 2;
      context.fill();
      context.stroke();
    }
  }
}
