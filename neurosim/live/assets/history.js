// The losses of a training that has ended, as a curve whose epochs can be pointed at.

class HistoryView {
  constructor(element, link) {
    this.element = element;
    element.innerHTML = `<section aria-label="The loss over the epochs"><h2>Loss</h2>
<svg id="curve" viewBox="0 0 400 140" role="img" aria-label="The loss of each epoch"></svg>
<p class="quiet" id="curve-said"></p></section>`;
    link.onMessage = (message) => this.show(message);
    link.onState = () => {};
  }

  show({ said, loss, validation_loss: validation }) {
    const curve = this.element.querySelector("#curve");
    const text = this.element.querySelector("#curve-said");
    put(text, said);
    if (loss.epochs.length < 2) return;
    const { epochAt, moveTo } = drawLosses(curve, loss.epochs, loss.losses, (epoch, isLog) =>
      `epoch ${epoch}${isLog ? ", the loss on a logarithmic scale" : ""}`, validation);
    moveTo(loss.epochs.at(-1));
    const lossAt = ({ epochs, losses }, epoch) => short(losses[nearestPlace(epochs, epoch)]);
    curve.addEventListener("pointermove", ({ clientX }) => {
      const epoch = loss.epochs[nearestPlace(loss.epochs, epochAt(clientX))];
      moveTo(epoch);
      const dashed = validation.epochs.length
        ? `; of the validation rows (dashed): ${lossAt(validation, epoch)}` : "";
      put(text, `loss of epoch ${epoch}: ${lossAt(loss, epoch)}${dashed}`);
    });
    curve.addEventListener("pointerleave", () => put(text, said));
  }
}
