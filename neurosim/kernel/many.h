/* Networks of one structure, TOGETHER of them side by side, each in a lane of vectors: sample after
   sample, every lane keeps the order of sums that its network has alone. Included by kernel.c, once
   for few and once for many of them.

   Numbers of a parameter or neuron lie behind each other, one of each network. */

#define VECTORS (TOGETHER / 4)

INLINE Vector *NAME(vectors)(const double *numbers, int64_t i)
{
    return (Vector *)(numbers + i * TOGETHER);
}

/* out = start + sum of weights x state, from 0 if start is NULL; places: of the weights, from the
   at-th on if NULL. */
INLINE void NAME(sum_of_many)(double *out, const double *start, const Chunk *c, const Index *places,
                        Index at, const Index *rows, Index n, const double *state)
{
    Vector total[VECTORS] = {0};
    for (int v = 0; start && v < VECTORS; v++)
        total[v] = NAME(vectors)(start, 0)[v];
    for (Index k = 0; k < n; k++) {
        const Vector *w = NAME(vectors)(c->weights, owner(c->of, places ? places[k] : at + k));
        const Vector *x = NAME(vectors)(state, rows[k]);
        for (int v = 0; v < VECTORS; v++)
            total[v] += w[v] * x[v];
    }
    for (int v = 0; v < VECTORS; v++)
        NAME(vectors)(out, 0)[v] = total[v];
}

/* The inputs of the next sample; they are alike in all networks where there is no order. */
INLINE void NAME(load_inputs_of_many)(const Chunk *c)
{
    const Problem *p = c->of;
    for (int64_t i = 0; i < p->n_inputs; i++)
        for (int64_t l = 0; l < TOGETHER; l++)
            c->output[i * TOGETHER + l] = p->X[c->rows[p->order ? l : 0] * p->n_inputs + i];
}

INLINE void NAME(forward_of_many)(Chunk *c)
{
    const Problem *p = c->of;
    NAME(load_inputs_of_many)(c);
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Index begin = p->groups[g], end = p->groups[g + 1];
        for (Index i = begin; i < end; i++) {
            const Index at = p->first[i], n = p->n_sources[i];
            double *z = c->net + i * TOGETHER;
            const double *bias =
                p->has_bias[i] ? c->weights + TOGETHER * owner(p, at + n) : 0;
            NAME(sum_of_many)(z, bias, c, 0, at, p->source + at, n, c->output);
        }
        for (Index i = begin, next; i < end && !p->is_layer[g]; i = next) {
            const double *q = p->choices + i * MOST_OPTIONS;
            for (next = i + 1; next < end && are_alike(p, i, next);)
                next++;
            activate_many(p, p->activation[i], q, c->net + i * TOGETHER, c->output + i * TOGETHER,
                          (next - i) * TOGETHER);
        }
        if (p->is_layer[g])
            for (int64_t l = 0; l < TOGETHER; l++) {
                double total = softmax(c->net + begin * TOGETHER + l,
                                       c->output + begin * TOGETHER + l, end - begin, TOGETHER);
                if (p->output_number[begin] >= 0)
                    c->delta[begin * TOGETHER + l] = total; /* for the loss */
            }
    }
}

INLINE void NAME(add_gradients_of_many)(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    const Index at = p->first[i], n = p->n_sources[i];
    const Vector *d = NAME(vectors)(c->delta, i);
    for (Index k = at; k < at + n; k++) {
        const Vector *x = NAME(vectors)(c->output, p->source[k]);
        Vector *g = NAME(vectors)(c->gradient, owner(p, k));
        for (int v = 0; v < VECTORS; v++)
            g[v] += x[v] * d[v];
    }
    for (int v = 0; p->has_bias[i] && v < VECTORS; v++)
        NAME(vectors)(c->gradient, owner(p, at + n))[v] += d[v];
}

INLINE void NAME(backward_of_many)(const Chunk *c)
{
    const Problem *p = c->of;
    for (int64_t g = p->n_groups - 1; g >= 0; g--) {
        const Index begin = p->groups[g], end = p->groups[g + 1];
        int came_back = 0;
        for (Index i = begin; i < end; i++) {
            const Index out = p->out_first[i], n = p->out_first[i + 1] - out;
            const int32_t o = p->output_number[i];
            const int is_given = o >= 0 && p->by_net_input[o], is_compared = o >= 0 && !is_given;
            const double *a = c->output + i * TOGETHER;
            double *d = c->delta + i * TOGETHER;
            if (is_compared)
                loss_slopes(p, o, c->rows, a, d, TOGETHER);
            NAME(sum_of_many)(d, is_compared ? d : 0, c, p->out_place + out, 0, p->out_target + out, n,
                        c->delta);
            came_back |= is_compared || n;
            if (p->is_layer[g])
                continue;
            if (!is_given || n)
                multiply_slopes(p->activation[i], p->choices + i * MOST_OPTIONS,
                                c->net + i * TOGETHER, a, d, TOGETHER);
            if (is_given && !n)
                loss_slopes(p, o, c->rows, a, d, TOGETHER);
            for (int64_t l = 0; is_given && n && l < TOGETHER; l++)
                d[l] = loss_slope(c, o, a[l], l) + d[l];
            NAME(add_gradients_of_many)(c, i);
        }
        if (p->is_layer[g]) {
            layer_deltas_in_lanes(c, begin, end, came_back);
            for (Index i = begin; i < end; i++)
                NAME(add_gradients_of_many)(c, i);
        }
    }
}

/* One batch: the gradient and the loss of each network. */
WIDEST static void NAME(batch_of_many)(Chunk *c, int64_t from, int64_t to, double *losses)
{
    const Problem *p = c->of;
    double found[TOGETHER];
    memset(losses, 0, sizeof found);
    memset(c->gradient, 0, p->n_parameters * sizeof found);
    for (int64_t row = from; row < to; row++) {
        for (int64_t l = 0; l < TOGETHER; l++)
            c->rows[l] = p->order ? p->order[l * p->n_rows + row] : row;
        NAME(forward_of_many)(c);
        add_losses(c, 0.0, found, TOGETHER, TOGETHER);
        for (int64_t l = 0; l < TOGETHER; l++)
            losses[l] += found[l];
        NAME(backward_of_many)(c);
    }
}

/* Train TOGETHER networks as neurosim_train does one. Each has its number in theta, memory, learns,
   is_weight and losses behind that of the one before, and a row of its own in the order. Ends at
   the first number that is not finite. Returns how many updates were made before. */
static int64_t NAME(train_many)(Problem *p)
{
    int64_t done = 0;
    Chunk c;
    Problem all = *p; /* to the update, the networks are one vector */
    double *work = aligned(p->work), *losses = p->losses;
    all.n_parameters *= TOGETHER;
    c.of = p, c.count = TOGETHER, c.weights = p->theta;
    c.output = work, work += p->n_neurons * TOGETHER;
    c.net = work, work += p->n_neurons * TOGETHER;
    c.delta = work, work += p->n_neurons * TOGETHER;
    c.gradient = work;
    for (int64_t r = 0; r < p->repeats; r++)
        for (int64_t batch = p->first_batch; batch < p->last_batch; batch++) {
            const int64_t first = batch * p->batch_size, end = first + p->batch_size;
            const int64_t to = end < p->n_rows ? end : p->n_rows;
            uint64_t wild = 0;
            NAME(batch_of_many)(&c, first, to, losses);
            for (int64_t l = 0; l < TOGETHER; l++)
                wild |= wildness(losses[l]);
            losses += TOGETHER;
            if (p->rates)
                all.rate = p->rates[done];
            if (IS_WILD(wild) | update_many(&all, c.gradient, to - first, p->updates + 1))
                return done;
            done++, p->updates++;
        }
    return done;
}

#undef VECTORS
