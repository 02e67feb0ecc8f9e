// The diagram: the colours, widths and numbers of its neurons and connections.

class NetworkView {
  constructor(page) {
    this.page = page;
    this.elements = [...page.element.querySelectorAll("[data-thing]")];
    this.weightTexts = [...page.element.querySelectorAll("text.weight")];
    const { scales } = page.doc;
    this.weights = new Scale(scales.weights, scales, scales.share);
    this.outputs = new Scale(scales.outputs, scales);
    this.inputs = new Scale(scales.inputs, scales);
    this.elements.forEach((element) => this.listen(element, Number(element.dataset.thing)));
  }

  listen(element, thing) {
    const point = (what) => () => this.page.point(what);
    element.addEventListener("pointerenter", point(thing));
    element.addEventListener("pointerleave", point(null));
    element.addEventListener("focus", point(thing));
    element.addEventListener("blur", point(null));
    element.addEventListener("click", () => this.page.choose(thing));
  }

  show() {
    const { page } = this;
    for (const element of this.elements) {
      const thing = Number(element.dataset.thing);
      if (page.isNeuron(thing)) this.showNeuron(element, thing);
      else this.showConnection(element, thing);
    }
    this.weightTexts.forEach((text) => {
      const { weight } = page.thing(Number(text.dataset.of));
      put(text, brief(page.values.parameters[weight]));
    });
    this.showMarks();
  }

  /** What the step is about, and what is pointed at or chosen. */
  showMarks() {
    const { page } = this;
    const marks = new Set(page.marks);
    for (const element of this.elements) {
      const thing = Number(element.dataset.thing);
      element.classList.toggle("now", marks.has(thing));
      element.classList.toggle("chosen", thing === page.chosen || thing === page.pointed);
      if (element.hasAttribute("tabindex")) {
        element.setAttribute("aria-pressed", String(thing === page.chosen));
      }
    }
  }

  showNeuron(element, thing) {
    const { page } = this;
    const { caption, name, bias, activation } = page.thing(thing);
    const output = page.values.get(thing, "output");
    const shown = page.values.get(thing, "value") ?? output;
    const isInput = page.doc.inputs.includes(thing);
    const scale = isInput ? this.inputs : this.outputs;
    const rgb = output === undefined ? null : colourAt(page.theme, scale.fill(output));
    element.querySelector(".disc").setAttribute("fill", rgb ? hex(rgb) : page.theme.background);
    const ink = rgb ? inkOn(rgb) : page.theme.text;
    element.querySelector(".inside")?.setAttribute("fill", ink);
    const value = element.querySelector(".value");
    put(value, shown === undefined ? "" : brief(shown));
    value.setAttribute("fill", ink);
    value.setAttribute("font-size", value.textContent.length > 6 ? "6.5" : "8.4");
    element.classList.toggle("empty", shown === undefined);
    element.querySelectorAll(".glyph").forEach((glyph) => glyph.setAttribute("stroke", ink));
    const own = element.querySelector(".bias");
    if (own && bias !== null) put(own, `b ${brief(page.values.parameters[bias])}`);
    const parts = [`${name}${activation && !isInput ? ` (${activation})` : ""}`];
    if (isInput && caption === name && shown !== undefined) parts.pop();
    else if (caption !== name) parts[0] = `${caption}: ${parts[0]}`;
    if (shown !== undefined) parts.push(`${name} = ${short(shown)}`);
    if (bias !== null) parts.push(`b(${name}) = ${short(page.values.parameters[bias])}`);
    const delta = page.values.get(thing, "delta");
    if (delta !== undefined) parts.push(`delta(${name}) = ${short(delta)}`);
    put(element.querySelector("title"), parts.join(", "));
  }

  showConnection(element, thing) {
    const { page } = this;
    const { name, weight } = page.thing(thing);
    const value = page.values.parameters[weight];
    const place = this.weights.hue(value);
    const line = element.querySelector(".line");
    line.setAttribute("stroke", place === 0.5 ? page.theme.muted : hex(colourAt(page.theme, place)));
    const width = this.weights.width(value) * 20;
    line.setAttribute("stroke-width", width.toFixed(2));
    element.querySelector(".mark").setAttribute("stroke-width", (width + 8).toFixed(2));
    if (value < 0) line.setAttribute("stroke-dasharray", `${(6.8 + width).toFixed(1)} 4.8`);
    else line.removeAttribute("stroke-dasharray");
    put(element.querySelector("title"), `w(${name}) = ${short(value)}`);
  }
}
