// What the operations below are made of: plain loops over one sample.

const copysign = (size, of) => (of < 0 || Object.is(of, -0) ? -Math.abs(size) : Math.abs(size));

/** z = W v: rows first to last, sources of all of them alike, weights row by row. */
function dense(z, a, w, first, last, slot, sources) {
  for (let i = first, at = slot; i < last; i += 1) {
    z[i] = 0;
    for (const source of sources) { z[i] += w[at] * a[source]; at += 1; }
  }
}

/** z = W v, where each row has sources of its own, so many. */
function sparse(z, a, w, first, last, slot, sources, width) {
  for (let i = first, at = 0; i < last; i += 1) {
    z[i] = 0;
    for (let k = 0; k < width; k += 1, at += 1) z[i] += w[slot + at] * a[sources[at]];
  }
}

function softmax(z, a, first, last) {
  let [top, total] = [-Infinity, 0];
  for (let i = first; i < last; i += 1) top = Math.max(top, z[i]);
  for (let i = first; i < last; i += 1) { a[i] = Math.exp(z[i] - top); total += a[i]; }
  for (let i = first; i < last; i += 1) a[i] /= total;
}

/** -sum of t log(softmax(z)), from the net inputs: no logarithm of a possible 0. */
function crossEntropy(z, rows, t, targets) {
  let [top, total, loss] = [-Infinity, 0, 0];
  for (const row of rows) top = Math.max(top, z[row]);
  for (const row of rows) total += Math.exp(z[row] - top);
  rows.forEach((row, k) => {
    const target = t[targets[k]];
    if (target !== 0) loss += target * (Math.log(total) - (z[row] - top));
  });
  return loss;
}

/** The error that comes back from a dense block: from so many targets to some of its sources. */
function back(d, w, rows, first, last, slot, width, column) {
  rows.forEach((row, k) => {
    for (let i = first, at = slot + column + k; i < last; i += 1, at += width) d[row] += w[at] * d[i];
  });
}

/** The error from sparse blocks: of each row so many targets, by so many weights. */
function fan(d, w, rows, targets, slots, width) {
  rows.forEach((row, k) => {
    for (let at = k * width; at < (k + 1) * width; at += 1) d[row] += w[slots[at]] * d[targets[at]];
  });
}

function softmaxDelta(a, d, first, last) {
  let mean = 0;
  for (let i = first; i < last; i += 1) mean += a[i] * d[i];
  for (let i = first; i < last; i += 1) d[i] = a[i] * (d[i] - mean);
}

function denseGradient(g, a, d, first, last, slot, sources) {
  for (let i = first, at = slot; i < last; i += 1) {
    for (const source of sources) { g[at] = d[i] * a[source]; at += 1; }
  }
}

function sparseGradient(g, a, d, first, last, slot, sources, width) {
  for (let i = first, at = 0; i < last; i += 1) {
    for (let k = 0; k < width; k += 1, at += 1) g[slot + at] = d[i] * a[sources[at]];
  }
}
