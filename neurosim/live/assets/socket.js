// The link of a live page to its server: a socket, opened again where it was lost.

/** Sends requests and hands on messages; says whether it is open. */
class SocketLink {
  constructor(address) {
    this.address = address;
    this.wait = 250; // milliseconds before it is tried again
    this.onMessage = () => {};
    this.onState = () => {};
  }

  open() {
    const socket = new WebSocket(this.address);
    this.socket = socket;
    socket.onopen = () => { this.wait = 250; this.onState(true, ""); };
    socket.onmessage = ({ data }) => this.onMessage(JSON.parse(data));
    socket.onclose = ({ reason }) => {
      this.onState(false, reason || "the connection is lost; it is tried again");
      setTimeout(() => this.open(), this.wait);
      this.wait = Math.min(2 * this.wait, 5000);
    };
  }

  send(request) {
    if (this.socket.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(request));
    return true;
  }
}

const link = new SocketLink(`ws://${location.host}/live`);
if (new URLSearchParams(location.search).get("size") === "large") {
  document.documentElement.classList.add("large");
}
globalThis.live = mountLive(document.getElementById("live"), link);
link.open();
