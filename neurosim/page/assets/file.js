// The host of a page that is a file: its numbers are in it.

async function begin() {
  if (new URLSearchParams(location.search).get("size") === "large") {
    document.documentElement.classList.add("large");
  }
  const held = (id) => document.getElementById(id).content.textContent;
  const words = JSON.parse(held("words"));
  if (typeof DecompressionStream === "undefined") {
    document.getElementById("place").textContent = words.cannot_unpack;
    return;
  }
  const source = new Contents(await inflated(held("data")), words);
  source.network = typeof playedNetwork === "undefined" ? null : playedNetwork;
  globalThis.lesson = mount(document.body, source);
  document.documentElement.classList.add("ready");
}

begin();
