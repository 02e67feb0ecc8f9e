/* A chunk of samples, LANES of them side by side: forward, loss, backward. Included by kernel.c; with
   LAYERS, neurons of a layer are taken together, which costs small networks a fifth; with TERMS,
   neurons may have an aggregation; with FEW, all samples are in one vector, and fill it where FEW is
   LANES. In vectors, ALL is a number in each lane, and SIDE neurons of a layer are taken together.

   The numbers of a neuron lie behind each other, sample by sample, STRIDE of them; what is behind the
   last sample is of nobody. */

#if LANES == 1
#if LAYERS || TERMS
#define PASS WIDEST static
#else
#define PASS INLINE
#endif
#define STRIDE(c) ((void)(c), 1)
#define SAMPLES(c) ((void)(c), 1)
#elif FEW
#define PASS WIDEST static
#define STRIDE(c) ((void)(c), LANES)
#define SAMPLES(c) (FEW == LANES ? LANES : (c)->count)
#else
#if LANES == VECTOR
#define PASS WIDEST static
#else
#define PASS __attribute__((target("avx512f"))) static
#endif
#define STRIDE(c) stride_in_lanes((c)->count)
#define SAMPLES(c) ((c)->count)
#endif

/* out = start + sum of weights x state, sample by sample; the start is `from`, if that is given. */
#if LANES == 1
INLINE void NAME(sum)(double *out, const double *from, double start, const double *weights,
                      const Index *places, const Index *rows, Index n, const double *state,
                      int64_t stride)
{
    double total = from ? *from : start;
    (void)stride;
    for (Index k = 0; k < n; k++)
        total += weights[places ? places[k] : k] * state[rows[k]];
    *out = total;
}
#else
/* The same for N vectors of samples at once, from the s-th on. */
#define SUM(N)                                                                                    \
    for (; s + N * LANES <= stride; s += N * LANES) {                                             \
        Vector x[N];                                                                              \
        for (int v = 0; v < N; v++)                                                               \
            x[v] = from ? *(const Vector *)(from + s + v * LANES) : all;                          \
        for (Index k = 0; k < n; k++) {                                                           \
            const double w = weights[places ? places[k] : k];                                     \
            const Vector *at = (const Vector *)(state + rows[k] * stride + s);                    \
            for (int v = 0; v < N; v++)                                                           \
                x[v] += w * at[v];                                                                \
        }                                                                                         \
        for (int v = 0; v < N; v++)                                                               \
            *(Vector *)(out + s + v * LANES) = x[v];                                              \
    }

INLINE void NAME(sum)(double *out, const double *from, double start, const double *weights,
                      const Index *places, const Index *rows, Index n, const double *state,
                      int64_t stride)
{
    const Vector all = ALL(start); /* -0.0, too */
    int64_t s = 0;
#if !FEW
    SUM(8)
    SUM(4)
#endif
    SUM(1)
}
#undef SUM

/* The same of neurons that have the same sources or targets, SIDE of them at once: the sum of each
   hides the latency of the others, and each number is read once for all. */
#define SIDE (FEW ? 8 : 4)
#define SUMS(N)                                                                                   \
    for (; s + N * LANES <= stride; s += N * LANES) {                                             \
        Vector x[SIDE * N];                                                                       \
        for (int j = 0; j < SIDE; j++)                                                            \
            for (int v = 0; v < N; v++)                                                           \
                x[j * N + v] = *(const Vector *)starts[j];                                        \
        for (Index k = 0; k < n; k++) {                                                           \
            const Index place = places ? places[k] : k;                                           \
            const Vector *at = (const Vector *)(state + rows[k] * stride + s);                    \
            for (int j = 0; j < SIDE; j++)                                                        \
                for (int v = 0; v < N; v++)                                                       \
                    x[j * N + v] += weights[j][place] * at[v];                                    \
        }                                                                                         \
        for (int j = 0; j < SIDE; j++)                                                            \
            for (int v = 0; v < N; v++)                                                           \
                *(Vector *)(out + j * stride + s + v * LANES) = x[j * N + v];                     \
    }

INLINE void NAME(sums)(double *out, const double (*starts)[LANES], const double *const *weights,
                       const Index *places, const Index *rows, Index n, const double *state,
                       int64_t stride)
{
    int64_t s = 0;
#if !FEW
    SUMS(2)
#endif
    SUMS(1)
}
#undef SUMS

/* Net inputs of neuron i and those alike, by SIDE; how many these are. */
INLINE Index NAME(sums_alike)(const Chunk *c, Index i, int64_t stride)
{
    const Problem *p = c->of;
    const Index count = p->n_alike[i] / SIDE * SIDE, n = p->n_sources[i];
    for (const Index end = i + count; i < end; i += SIDE) {
        const double *weights[SIDE];
        double starts[SIDE][LANES];
        for (int j = 0; j < SIDE; j++) {
            weights[j] = c->weights + p->first[i + j];
            for (int l = 0; l < LANES; l++)
                starts[j][l] = p->has_bias[i + j] ? weights[j][n] : 0.0;
        }
        NAME(sums)(c->net + i * stride, starts, weights, 0, p->source + p->first[i], n, c->output,
                   stride);
    }
    return count;
}

/* Errors of neuron i and those alike, by SIDE; how many these are. */
INLINE Index NAME(errors_alike)(const Chunk *c, Index i, int64_t stride)
{
    const Problem *p = c->of;
    const Index out = p->out_first[i], n = p->out_first[i + 1] - out;
    const Index count = p->n_alike_out[i] / SIDE * SIDE;
    for (Index at = 0; at < count; at += SIDE) {
        const double *weights[SIDE], starts[SIDE][LANES] = {{0}};
        for (int j = 0; j < SIDE; j++)
            weights[j] = c->weights + at + j;
        NAME(sums)(c->delta + (i + at) * stride, starts, weights, p->out_place + out,
                   p->out_target + out, n, c->delta, stride);
    }
    return count;
}
#endif

/* The inputs of the samples; of LANES of them at once, as they lie far apart. */
INLINE void NAME(load)(const Chunk *c, int64_t stride, int64_t count)
{
    const Problem *p = c->of;
    for (int64_t s = 0; s < count; s += LANES) {
        const double *x[LANES];
        double *to = c->output + s;
        for (int l = 0; l < LANES; l++)
            x[l] = p->X + c->rows[s + l < count ? s + l : s] * p->n_inputs;
        for (int64_t i = 0; i < p->n_inputs; i++, to += stride)
            for (int l = 0; l < LANES; l++)
                to[l] = x[l][i];
    }
}

PASS void NAME(forward)(Chunk *c)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), count = SAMPLES(c);
    NAME(load)(c, stride, count);
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Index begin = p->groups[g], end = p->groups[g + 1];
        Index known = begin, done = begin; /* up to here net inputs are, and outputs */
        for (Index i = begin; i < end; i++) {
            const Index at = p->first[i], n = p->n_sources[i];
            double *z = c->net + i * stride;
#if LAYERS
            if (i == known && p->n_alike[i] >= ALIKE)
                known += sums_alike(c, i);
#elif LANES > 1
            if (i == known && p->n_alike[i] >= SIDE)
                known += NAME(sums_alike)(c, i, stride);
#endif
#if TERMS
            if (p->aggregation[i])
                aggregate(c, i), known++;
#endif
            if (i == known) {
                NAME(sum)(z, 0, p->has_bias[i] ? c->weights[at + n] : 0.0, c->weights + at, 0,
                          p->source + at, n, c->output, stride);
                known++;
            }
            if (!p->is_layer[g] && i == done) { /* in vectors those of all neurons alike */
                const int code = p->activation[i], in_vectors = p->in_vectors >> code & 1;
                for (done++; in_vectors && done < known && p->activation[done] == code;)
                    done++;
                activate(code, c->choices + i * MOST_OPTIONS, z, c->output + i * stride,
                         in_vectors ? (done - i) * stride : count, p->in_vectors);
            }
            if (p->masks && p->mask_of[i] >= 0)
                mask(c, i, c->output + i * stride, count);
        }
        if (p->is_layer[g])
            for (int64_t s = 0; s < count; s++) {
                double total = softmax(c->net + begin * stride + s, c->output + begin * stride + s,
                                       end - begin, stride);
                if (p->output_number[begin] >= 0)
                    c->delta[begin * stride + s] = total; /* for the loss */
            }
    }
}

INLINE double NAME(losses)(const Chunk *c, double loss, double *row_losses)
{
    return add_losses(c, loss, row_losses, STRIDE(c), SAMPLES(c));
}

/* The delta of each neuron of a softmax layer, from its errors. */
INLINE void NAME(layer_deltas)(const Chunk *c, Index begin, Index end, int came_back)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c);
    for (int64_t s = 0; s < SAMPLES(c); s++) {
        double shift = 0.0;
        for (Index i = begin; i < end; i++)
            shift += c->output[i * stride + s] * c->delta[i * stride + s];
        for (Index i = begin; i < end; i++) {
            const int32_t o = p->output_number[i];
            double a = c->output[i * stride + s], *d = c->delta + i * stride + s, start = 0.0;
            if (o >= 0 && p->by_net_input[o]) {
                start = loss_slope(c, o, a, s);
                if (!came_back) {
                    *d = start;
                    continue;
                }
            }
            *d = start + a * (*d - shift);
        }
    }
}

#if LANES > 1
/* Sources that follow each other, N vectors of them at once, for `side` neurons: the samples' outputs
   lie so, too. */
#define GRADIENTS(N)                                                                              \
    for (; k + N * LANES <= n; k += N * LANES) {                                                  \
        const double *at = c->by_sample + source + k;                                             \
        Vector x[SIDE * N];                                                                       \
        for (int j = 0; j < side; j++)                                                            \
            for (int v = 0; v < N; v++)                                                           \
                x[j * N + v] = c->is_fresh ? (Vector){0}                                          \
                                           : *(const Vector *)(g[j] + k + v * LANES);             \
        for (int64_t s = 0; s < count; s++, at += p->n_neurons)                                   \
            for (int j = 0; j < side; j++)                                                        \
                for (int v = 0; v < N; v++)                                                       \
                    x[j * N + v] += *(const Vector *)(at + v * LANES) * d[j * stride + s];        \
        for (int j = 0; j < side; j++)                                                            \
            for (int v = 0; v < N; v++)                                                           \
                *(Vector *)(g[j] + k + v * LANES) = x[j * N + v];                                 \
    }

/* Add the samples' gradients of the weights of neurons from i on, whose sources are one run. */
INLINE void NAME(gradients_of_runs)(const Chunk *c, Index i, int side)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), count = SAMPLES(c);
    const Index n = p->n_sources[i], source = p->source[p->first[i]];
    const double *d = c->delta + i * stride;
    double *g[SIDE];
    Index k = 0;
    for (int j = 0; j < side; j++)
        g[j] = c->gradient + p->first[i + j];
    if (side == 1) {
        GRADIENTS(8)
        GRADIENTS(4)
    }
    GRADIENTS(2)
    GRADIENTS(1)
    if (k < n) { /* part of a vector: the others in it are of nobody */
        const size_t left = (n - k) * sizeof(double);
        double last[SIDE][LANES] = {{0}};
        for (int j = 0; j < side && !c->is_fresh; j++)
            memcpy(last[j], g[j] + k, left);
        const double *at = c->by_sample + source + k;
        Vector x[SIDE];
        for (int j = 0; j < side; j++)
            x[j] = *(const Vector *)last[j];
        for (int64_t s = 0; s < count; s++, at += p->n_neurons)
            for (int j = 0; j < side; j++)
                x[j] += *(const Vector *)at * d[j * stride + s];
        for (int j = 0; j < side; j++) {
            *(Vector *)last[j] = x[j];
            memcpy(g[j] + k, last[j], left);
        }
    }
}
#undef GRADIENTS

/* Whether that pays: for a few samples only where there are layers. */
INLINE int NAME(are_turned)(const Problem *p) { return p->has_runs && (!FEW || p->has_alike); }

/* The outputs again, sample by sample, for sources that follow each other. */
INLINE void NAME(turn)(const Chunk *c)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), n = p->n_neurons, n_inputs = p->n_inputs;
    for (int64_t s = 0; s < c->count; s++) {
        double *to = c->by_sample + s * n;
        memcpy(to, p->X + c->rows[s] * n_inputs, n_inputs * sizeof(double));
        for (int64_t i = n_inputs; i < n; i++)
            to[i] = c->output[i * stride + s];
    }
}
#endif

#if LANES > 1
/* Make the sums that wait; where fewer than ALIKE do, the first one again, to no place. */
INLINE void NAME(add_waiting)(const Chunk *c, Waiting *w)
{
    const int64_t count = SAMPLES(c);
    const double *a[ALIKE], *d[ALIKE];
    double total[ALIKE], none = 0.0;
    for (int j = 0; j < ALIKE; j++) {
        if (j >= w->n)
            w->a[j] = w->a[0], w->d[j] = w->d[0], w->g[j] = &none;
        a[j] = w->a[j], d[j] = w->d[j], total[j] = c->is_fresh ? 0.0 : *w->g[j];
    }
    for (int64_t s = 0; s < count; s++)
        for (int j = 0; j < ALIKE; j++)
            total[j] += a[j][s] * d[j][s];
    for (int j = 0; j < ALIKE; j++)
        *w->g[j] = total[j];
    w->n = 0;
}

/* Add to a gradient the sum of a d, sample by sample, together with others. */
INLINE void NAME(wait)(const Chunk *c, Waiting *w, const double *a, const double *d, double *g)
{
    w->a[w->n] = a, w->d[w->n] = d, w->g[w->n] = g;
    if (++w->n == ALIKE)
        NAME(add_waiting)(c, w);
}

/* Add the samples' gradients of a neuron's weights, one after the other; some wait. */
INLINE void NAME(add_gradients)(const Chunk *c, Index i, Waiting *w)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), count = SAMPLES(c);
    const Index at = p->first[i], n = p->n_sources[i];
    const Index *source = p->source + at;
    const double *d = c->delta + i * stride, *output = c->output;
    double *restrict g = c->gradient + at;
    Index k = 0;
#if FEW
    const Vector slope = *(const Vector *)d;
    for (; k + LANES <= n; k += LANES) {
        Vector x[LANES], total = c->is_fresh ? (Vector){0} : *(const Vector *)(g + k);
        for (int v = 0; v < LANES; v++)
            x[v] = *(const Vector *)(output + source[k + v] * stride) * slope;
        for (int64_t s = 0; s < count; s++)
            total += (Vector){x[0][s], x[1][s], x[2][s], x[3][s]};
        *(Vector *)(g + k) = total;
    }
#endif
    for (; k + ALIKE <= n; k += ALIKE) { /* so many at once hide the latency of each */
        const double *a[ALIKE];
        double total[ALIKE];
        for (int j = 0; j < ALIKE; j++) {
            a[j] = output + source[k + j] * stride;
            total[j] = c->is_fresh ? 0.0 : g[k + j];
        }
        for (int64_t s = 0; s < count; s++)
            for (int j = 0; j < ALIKE; j++)
                total[j] += a[j][s] * d[s];
        for (int j = 0; j < ALIKE; j++)
            g[k + j] = total[j];
    }
    for (; k < n; k++)
        NAME(wait)(c, w, output + source[k] * stride, d, g + k);
}

/* Add all gradients of neurons. */
INLINE void NAME(add_all_gradients)(const Chunk *c, Index begin, Index end)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c);
    const int is_turned = NAME(are_turned)(p);
    Waiting w = {0};
    for (Index i = begin; i < end;)
        if (is_turned && p->n_alike[i] >= SIDE)
            NAME(gradients_of_runs)(c, i, SIDE), i += SIDE;
        else if (is_turned && p->is_run[i])
            NAME(gradients_of_runs)(c, i, 1), i++;
        else
            NAME(add_gradients)(c, i, &w), i++;
    for (Index i = begin; i < end; i++)
        if (p->has_bias[i])
            NAME(wait)(c, &w, ONES, c->delta + i * stride,
                       c->gradient + p->first[i] + p->n_sources[i]);
    if (w.n)
        NAME(add_waiting)(c, &w);
}
#else
/* Add a sample's gradients of all weights and biases of neurons. */
INLINE void NAME(add_all_gradients)(const Chunk *c, Index begin, Index end)
{
    const Problem *p = c->of;
    for (Index i = begin; i < end; i++) {
        const Index at = p->first[i], n = p->n_sources[i];
        const Index *source = p->source + at;
        const double d = c->delta[i], *output = c->output;
        double *restrict g = c->gradient + at;
        Index k = 0;
#if LAYERS
        if (p->is_run[i] && n >= ALIKE) {
            gradients_of_run(g, output + source[0], d, n, c->is_fresh);
            k = n;
        }
#endif
#if TERMS
        for (; k < n && p->aggregation[i]; k++)
            g[k] = (c->is_fresh ? 0.0 : g[k])
                + output[source[k]] * c->term_deltas[p->first_term[i] + k];
#endif
        for (; k < n; k++)
            g[k] = (c->is_fresh ? 0.0 : g[k]) + output[source[k]] * d;
        if (p->has_bias[i])
            g[n] = (c->is_fresh ? 0.0 : g[n]) + d;
    }
}
#endif

/* The same for a network with shared weights: sample after sample, in the order of the pass. */
static void NAME(add_shared_gradients)(const Chunk *c)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c);
    for (int64_t s = 0; s < SAMPLES(c); s++)
        for (int64_t g = p->n_groups - 1; g >= 0; g--)
            for (Index i = p->groups[g]; i < p->groups[g + 1]; i++) {
                const Index at = p->first[i], n = p->n_sources[i];
                const double d = c->delta[i * stride + s];
#if TERMS
                for (Index k = at; k < at + n; k++)
                    c->gradient[p->parameter[k]] += c->output[p->source[k]] * delta_at(c, k, i);
#else
                for (Index k = at; k < at + n; k++)
                    c->gradient[p->parameter[k]] += c->output[p->source[k] * stride + s] * d;
#endif
                if (p->has_bias[i])
                    c->gradient[p->parameter[at + n]] += d;
            }
}

PASS void NAME(backward)(const Chunk *c)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), count = SAMPLES(c);
#if LANES > 1
    if (NAME(are_turned)(p))
        NAME(turn)(c);
#endif
    for (int64_t g = p->n_groups - 1; g >= 0; g--) {
        const Index begin = p->groups[g], end = p->groups[g + 1];
        int came_back = 0;
        Index known = begin; /* up to here errors are */
        for (Index i = begin; i < end; i++) {
            const Index out = p->out_first[i], n = p->out_first[i + 1] - out;
            const int32_t o = p->output_number[i];
            const int is_given = o >= 0 && p->by_net_input[o], is_compared = o >= 0 && !is_given;
            const double *a = c->output + i * stride;
            double *d = c->delta + i * stride;
#if LAYERS
            if (i == known && p->n_alike_out[i] >= ALIKE)
                known += errors_alike(c, i);
#elif LANES > 1
            if (i == known && p->n_alike_out[i] >= SIDE)
                known += NAME(errors_alike)(c, i, stride);
#endif
            if (i == known) {
                if (is_compared)
                    loss_slopes(p, o, c->rows, a, d, count);
#if TERMS
                errors_of_terms(c, i, is_compared ? *d : 0.0);
#else
                NAME(sum)(d, is_compared ? d : 0, 0.0, c->weights, p->out_place + out,
                          p->out_target + out, n, c->delta, stride);
#endif
                known++;
            }
            came_back |= is_compared || n;
            if (p->is_layer[g])
                continue;
            const double *q = c->choices + i * MOST_OPTIONS, *z = c->net + i * stride;
#if TERMS
            if (p->learned)
                learned_gradients(c, i, is_compared || n ? *d : 0.0);
#endif
            if (p->masks && p->mask_of[i] >= 0)
                masked_deltas(c, i, z, d, count);
            else if (!is_given || n)
                multiply_slopes(p->activation[i], q, z, a, d, count);
            if (is_given && !n)
                loss_slopes(p, o, c->rows, a, d, count);
            for (int64_t s = 0; is_given && n && s < count; s++)
                d[s] = loss_slope(c, o, a[s], s) + d[s];
#if TERMS
            if (p->aggregation[i])
                distribute(c, i);
#endif
        }
        if (p->is_layer[g]) {
            NAME(layer_deltas)(c, begin, end, came_back);
#if TERMS
            for (Index i = begin; i < end; i++)
                if (p->aggregation[i])
                    distribute(c, i);
#endif
        }
        if (!p->parameter)
            NAME(add_all_gradients)(c, begin, end);
    }
    if (p->parameter)
        NAME(add_shared_gradients)(c);
    for (Index i = 0; p->input_gradient && i < p->n_inputs; i++) {
#if TERMS
        errors_of_terms(c, i, 0.0);
#else
        const Index out = p->out_first[i], n = p->out_first[i + 1] - out;
        NAME(sum)(c->delta + i * stride, 0, 0.0, c->weights, p->out_place + out,
                  p->out_target + out, n, c->delta, stride);
#endif
    }
}

#undef SIDE
#undef PASS
#undef STRIDE
#undef SAMPLES
