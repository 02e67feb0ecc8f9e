/* A chunk of samples, LANES of them side by side: forward, loss, backward. Included by kernel.c; with
   LAYERS, neurons of a layer are taken together, which costs small networks a fifth; with TERMS,
   neurons may have an aggregation; with FEW, all samples are in one vector, and fill it where FEW is
   LANES.

   The numbers of a neuron lie behind each other, sample by sample, STRIDE of them. */

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
#define PASS WIDEST static
#define STRIDE(c) STRIDE_in_lanes((c)->count)
#define SAMPLES(c) ((c)->count)

static inline int64_t STRIDE_in_lanes(int64_t count)
{
    return (count + LANES - 1) / LANES * LANES;
}
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
            x[v] = from ? *(const Vector *)(from + s + v * LANES) : all;                            \
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
    const Vector all = {start, start, start, start}; /* -0.0, too */
    int64_t s = 0;
#if !FEW
    SUM(8)
    SUM(4)
#endif
    SUM(1)
}
#undef SUM
#endif

PASS void NAME(forward)(Chunk *c)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), count = SAMPLES(c);
    for (int64_t s = 0; s < count; s++) {
        const double *x = p->X + c->rows[s] * p->n_inputs;
        for (int64_t i = 0; i < p->n_inputs; i++)
            c->output[i * stride + s] = x[i];
    }
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Index begin = p->groups[g], end = p->groups[g + 1];
        Index known = begin; /* up to here net inputs are */
        for (Index i = begin; i < end; i++) {
            const Index at = p->first[i], n = p->n_sources[i];
            double *z = c->net + i * stride;
#if LAYERS
            if (i == known && p->n_alike[i] >= ALIKE)
                known += sums_alike(c, i);
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
            if (!p->is_layer[g])
                activate(p->activation[i], c->choices + i * MOST_OPTIONS, z,
                         c->output + i * stride, count, p->in_vectors);
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
/* Sources that follow each other, N vectors of them at once: the samples' outputs lie so, too. */
#define GRADIENTS(N)                                                                              \
    for (; k + N * LANES <= n; k += N * LANES) {                                                  \
        const double *at = c->by_sample + source[k];                                              \
        Vector x[N];                                                                              \
        for (int v = 0; v < N; v++)                                                               \
            x[v] = c->is_fresh ? (Vector){0} : *(const Vector *)(g + k + v * LANES);              \
        for (int64_t s = 0; s < count; s++, at += p->n_neurons)                                   \
            for (int v = 0; v < N; v++)                                                           \
                x[v] += *(const Vector *)(at + v * LANES) * d[s];                                 \
        for (int v = 0; v < N; v++)                                                               \
            *(Vector *)(g + k + v * LANES) = x[v];                                                \
    }

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

/* Add the samples' gradients of a neuron's weights and bias, one after the other. */
INLINE void NAME(add_gradients)(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    const int64_t stride = STRIDE(c), count = SAMPLES(c);
    const Index at = p->first[i], n = p->n_sources[i];
    const Index *source = p->source + at;
    const double *d = c->delta + i * stride, *output = c->output;
    double *restrict g = c->gradient + at;
    Index k = 0;
#if LAYERS
    if (p->is_run[i] && n >= ALIKE) {
        gradients_of_run(g, output + source[0], *d, n, c->is_fresh);
        k = n;
    }
#elif LANES > 1
    if (p->is_run[i] && NAME(are_turned)(p)) {
        GRADIENTS(8)
        GRADIENTS(4)
        GRADIENTS(1)
    }
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
    for (; k + 8 <= n; k += 8) { /* eight sums at once hide the latency of each */
        const double *a0 = output + source[k] * stride, *a1 = output + source[k + 1] * stride;
        const double *a2 = output + source[k + 2] * stride, *a3 = output + source[k + 3] * stride;
        const double *a4 = output + source[k + 4] * stride, *a5 = output + source[k + 5] * stride;
        const double *a6 = output + source[k + 6] * stride, *a7 = output + source[k + 7] * stride;
        double g0 = 0.0, g1 = 0.0, g2 = 0.0, g3 = 0.0, g4 = 0.0, g5 = 0.0, g6 = 0.0, g7 = 0.0;
        if (!c->is_fresh) {
            g0 = g[k], g1 = g[k + 1], g2 = g[k + 2], g3 = g[k + 3];
            g4 = g[k + 4], g5 = g[k + 5], g6 = g[k + 6], g7 = g[k + 7];
        }
        for (int64_t s = 0; s < count; s++) {
            g0 += a0[s] * d[s], g1 += a1[s] * d[s], g2 += a2[s] * d[s], g3 += a3[s] * d[s];
            g4 += a4[s] * d[s], g5 += a5[s] * d[s], g6 += a6[s] * d[s], g7 += a7[s] * d[s];
        }
        g[k] = g0, g[k + 1] = g1, g[k + 2] = g2, g[k + 3] = g3;
        g[k + 4] = g4, g[k + 5] = g5, g[k + 6] = g6, g[k + 7] = g7;
    }
#endif
#if TERMS
    for (; k < n && p->aggregation[i]; k++) {
        double total = c->is_fresh ? 0.0 : g[k];
        g[k] = total + output[source[k]] * c->term_deltas[p->first_term[i] + k];
    }
#endif
    for (; k < n; k++) {
        double total = c->is_fresh ? 0.0 : g[k];
        for (int64_t s = 0; s < count; s++)
            total += output[source[k] * stride + s] * d[s];
        g[k] = total;
    }
    if (p->has_bias[i]) {
        double total = c->is_fresh ? 0.0 : g[n];
        for (int64_t s = 0; s < count; s++)
            total += d[s];
        g[n] = total;
    }
}

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
            if (!p->parameter)
                NAME(add_gradients)(c, i);
        }
        if (p->is_layer[g]) {
            NAME(layer_deltas)(c, begin, end, came_back);
#if TERMS
            for (Index i = begin; i < end; i++)
                if (p->aggregation[i])
                    distribute(c, i);
#endif
            for (Index i = begin; i < end && !p->parameter; i++)
                NAME(add_gradients)(c, i);
        }
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

#undef PASS
#undef STRIDE
#undef SAMPLES
