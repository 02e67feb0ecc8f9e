// Elements of a page, and the texts of its catalogue.

const DRAWN = new Set(["svg", "path", "circle", "line", "text", "polyline", "rect"]);

function make(tag, attributes = {}, text = "") {
  const element = DRAWN.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text) element.textContent = text;
  return element;
}

/** Put a text into an element, unless it is there. */
function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Put texts into a list, and change only what is another. */
function fill(list, items) {
  while (list.children.length > items.length) list.lastChild.remove();
  items.forEach(({ text, kind = "" }, at) => {
    const item = list.children[at] || list.appendChild(make("li"));
    put(item, text);
    item.className = kind;
  });
}

/** A text with values in its places: `{epoch}`. */
function filled(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
