// Colours and widths of numbers, as drawings choose them.

const channels = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** The colour at a place of the map, from 0 to 1. */
function colourAt(theme, place) {
  const anchors = theme.diverging;
  const at = Math.min(Math.max(place, 0), 1) * (anchors.length - 1);
  const low = Math.min(Math.floor(at), anchors.length - 2);
  const [one, other] = [channels(anchors[low]), channels(anchors[low + 1])];
  return one.map((channel, i) => Math.round(channel + (other[i] - channel) * (at - low)));
}

const hex = (rgb) => `#${rgb.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;

function inkOn(rgb) {
  const [r, g, b] = rgb.map((n) => (n <= 10 ? n / 3294 : ((n / 255 + 0.055) / 1.055) ** 2.4));
  const light = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return (light + 0.05) / 0.05 > 1.05 / (light + 0.05) ? "#000000" : "#ffffff";
}

/** The scales of weights and outputs; the constants are those of the drawings. */
class Scale {
  constructor(largest, constants, share = 1) {
    Object.assign(this, { largest, share, constants });
  }

  part(value) {
    if (Number.isNaN(value) || !this.largest) return 0;
    return Math.max(-1, Math.min(1, value / this.largest));
  }

  hue(value) {
    const part = this.part(value);
    const { least_hue: least, most_hue: most } = this.constants;
    return part ? 0.5 + (Math.sign(part) * (least + (most - least) * Math.abs(part))) / 2 : 0.5;
  }

  fill(value) {
    return 0.5 + (this.constants.most_fill * this.part(value)) / 2;
  }

  width(value) {
    const { thin, thick } = this.constants;
    return this.share * (thin + (thick - thin) * Math.sqrt(Math.abs(this.part(value))));
  }
}
