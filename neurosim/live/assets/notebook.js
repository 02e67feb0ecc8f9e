// The link of a live page to a notebook: the messages of a widget's model.

class ModelLink {
  constructor(model) {
    this.model = model;
    this.onMessage = () => {};
    this.onState = () => {};
    this.hear = ({ text }) => this.onMessage(JSON.parse(text));
    model.on("msg:custom", this.hear);
  }

  send(request) {
    this.model.send({ text: JSON.stringify(request) });
    return true;
  }

  close() {
    this.model.off("msg:custom", this.hear);
  }
}

/** Put a page into a cell, apart from the styles of the notebook. */
function render({ model, el }) {
  const host = el.appendChild(document.createElement("div"));
  const shadow = host.attachShadow({ mode: "open" });
  const style = shadow.appendChild(document.createElement("style"));
  style.textContent = model.get("style");
  const element = shadow.appendChild(make("div", { class: "page" }));
  const link = new ModelLink(model);
  const kind = model.get("kind");
  const page = kind === "history" ? new HistoryView(element, link) : mountLive(element, link);
  link.onState(true, "");
  if (kind === "network") page.find("link").hidden = true; // nobody answers: it stands still
  model.send({ text: "hello" });
  return () => {
    page.play?.(false);
    link.close();
  };
}

export default { render };
