/* Networks of one structure, TOGETHER of them side by side, each in a lane of vectors: sample after
   sample, every lane keeps the order of sums that its network has alone. Included by kernel.c.

   Numbers of a parameter or neuron lie behind each other, one of each network. */

#define TOGETHER 8

#if HAS_VECTORS

#define VECTORS (TOGETHER / 4)

INLINE Vector *vectors(const double *numbers, int64_t i)
{
    return (Vector *)(numbers + i * TOGETHER);
}

INLINE Index owner(const Problem *p, Index place)
{
    return p->parameter ? p->parameter[place] : place;
}

/* out = start + sum of weights x state, from 0 if start is NULL; places: of the weights, from the
   at-th on if NULL. */
INLINE void sum_of_many(double *out, const double *start, const Chunk *c, const Index *places,
                        Index at, const Index *rows, Index n, const double *state)
{
    Vector total[VECTORS] = {0};
    for (int v = 0; start && v < VECTORS; v++)
        total[v] = vectors(start, 0)[v];
    for (Index k = 0; k < n; k++) {
        const Vector *w = vectors(c->weights, owner(c->of, places ? places[k] : at + k));
        const Vector *x = vectors(state, rows[k]);
        for (int v = 0; v < VECTORS; v++)
            total[v] += w[v] * x[v];
    }
    for (int v = 0; v < VECTORS; v++)
        vectors(out, 0)[v] = total[v];
}

typedef int64_t Bits __attribute__((vector_size(8 * 4)));

INLINE Vector chosen(Bits where, Vector a, Vector b)
{
    return (Vector)((where & (Bits)a) | (~where & (Bits)b));
}

/* exp within 2 units in the last place between -708 and 0, below it the value at -708; in plain
   arithmetic, which vectors can do: 2^k times the power series of r, |r| <= ln(2) / 2, of which the
   next term is below 2^-57. Source: Cody and Waite, Software Manual for the Elementary Functions,
   1980, chapter 6. */
INLINE Vector near_exp(Vector x)
{
    const double inverse = 1.4426950408889634;                                 /* 1 / ln(2) */
    const double high = 6.93147180369123816490e-01, low = 1.90821492927058770002e-10; /* ln(2) */
    const double shift = 6755399441055744.0; /* 1.5 * 2^52 rounds to integers */
    x = chosen(x < -708.0, (Vector){0} - 708.0, x);
    const Vector moved = x * inverse + shift, k = moved - shift;
    const Vector r = (x - k * high) - k * low;
    const Vector r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    const Vector s0 = (1.0 + r) + (0.5 + r * (1.0 / 6.0)) * r2;
    const Vector s4 = (1.0 / 24.0 + r * (1.0 / 120.0)) + (1.0 / 720.0 + r * (1.0 / 5040.0)) * r2;
    const Vector s8 = (1.0 / 40320.0 + r * (1.0 / 362880.0))
        + (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) * r2;
    const Vector s12 = 1.0 / 479001600.0 + r * (1.0 / 6227020800.0);
    Vector sum = (s0 + s4 * r4) + (s8 + s12 * r4) * r8;
    sum = (Vector)((Bits)sum + ((Bits)moved << 52)); /* times 2^k */
    return chosen(x == x, sum, x);
}

/* Sigmoid and tanh by near_exp. */
INLINE void activate_nearly(int code, const double *net, double *output)
{
    for (int v = 0; v < VECTORS; v++) {
        const Vector z = vectors(net, 0)[v], size = chosen(z < 0.0, -z, z);
        if (code == OF_tanh) {
            const Vector power = near_exp(-2.0 * size), value = (1.0 - power) / (1.0 + power);
            vectors(output, 0)[v] = chosen(z < 0.0, -value, value);
        } else {
            const Vector power = near_exp(-size);
            vectors(output, 0)[v] = chosen(z < 0.0, power, (Vector){0} + 1.0) / (1.0 + power);
        }
    }
}

/* As activate; divisions of sigmoid in vectors, behind the calls of exp. */
INLINE void activate_many(const Problem *p, int code, const double *q, const double *z, double *a)
{
    double power[TOGETHER];
    if (p->is_near && (code == OF_sigmoid || code == OF_tanh)) {
        activate_nearly(code, z, a);
        return;
    }
    if (code != OF_sigmoid || p->in_vectors >> code & 1) {
        activate(code, q, z, a, TOGETHER, p->in_vectors);
        return;
    }
    for (int l = 0; l < TOGETHER; l++)
        power[l] = exp(z[l] < LOWEST ? z[l] : -z[l]);
    for (int l = 0; l < TOGETHER; l++) {
        double value = 1.0 / (1.0 + power[l]);
        a[l] = z[l] < LOWEST ? power[l] : value;
    }
}

INLINE void forward_of_many(Chunk *c)
{
    const Problem *p = c->of;
    for (int64_t i = 0; i < p->n_inputs; i++)
        for (int64_t l = 0; l < TOGETHER; l++)
            c->output[i * TOGETHER + l] = p->X[c->rows[l] * p->n_inputs + i];
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Index begin = p->groups[g], end = p->groups[g + 1];
        for (Index i = begin; i < end; i++) {
            const Index at = p->first[i], n = p->n_sources[i];
            double *z = c->net + i * TOGETHER;
            const double *bias =
                p->has_bias[i] ? c->weights + TOGETHER * owner(p, at + n) : 0;
            sum_of_many(z, bias, c, 0, at, p->source + at, n, c->output);
            if (!p->is_layer[g])
                activate_many(p, p->activation[i], p->choices + i * MOST_OPTIONS, z,
                              c->output + i * TOGETHER);
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

INLINE void add_gradients_of_many(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    const Index at = p->first[i], n = p->n_sources[i];
    const Vector *d = vectors(c->delta, i);
    for (Index k = at; k < at + n; k++) {
        const Vector *x = vectors(c->output, p->source[k]);
        Vector *g = vectors(c->gradient, owner(p, k));
        for (int v = 0; v < VECTORS; v++)
            g[v] += x[v] * d[v];
    }
    for (int v = 0; p->has_bias[i] && v < VECTORS; v++)
        vectors(c->gradient, owner(p, at + n))[v] += d[v];
}

INLINE void backward_of_many(const Chunk *c)
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
            sum_of_many(d, is_compared ? d : 0, c, p->out_place + out, 0, p->out_target + out, n,
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
            add_gradients_of_many(c, i);
        }
        if (p->is_layer[g]) {
            layer_deltas_in_lanes(c, begin, end, came_back);
            for (Index i = begin; i < end; i++)
                add_gradients_of_many(c, i);
        }
    }
}

/* One batch: the gradient and the loss of each network. */
WIDEST static void batch_of_many(Chunk *c, int64_t from, int64_t to, double *losses)
{
    const Problem *p = c->of;
    double found[TOGETHER];
    memset(losses, 0, sizeof found);
    memset(c->gradient, 0, p->n_parameters * sizeof found);
    for (int64_t row = from; row < to; row++) {
        for (int64_t l = 0; l < TOGETHER; l++)
            c->rows[l] = p->order ? p->order[l * p->n_rows + row] : row;
        forward_of_many(c);
        add_losses(c, 0.0, found, TOGETHER, TOGETHER);
        for (int64_t l = 0; l < TOGETHER; l++)
            losses[l] += found[l];
        backward_of_many(c);
    }
}

#endif

/* How many networks are trained side by side; 1 where there are no vectors. */
PUBLIC int64_t neurosim_together(void) { return HAS_VECTORS ? TOGETHER : 1; }

/* How many doubles of work they need. */
PUBLIC int64_t neurosim_work_of_many(const Problem *p)
{
    return TOGETHER * (p->n_parameters + 3 * p->n_neurons) + 32;
}

/* Train TOGETHER networks as neurosim_train does one. Each has its number in theta, memory, learns,
   is_weight and losses behind that of the one before, and a row of its own in the order. Ends at
   the first number that is not finite. Returns how many updates were made before. */
PUBLIC int64_t neurosim_train_many(Problem *p)
{
    int64_t done = 0;
#if HAS_VECTORS
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
            batch_of_many(&c, first, to, losses);
            for (int64_t l = 0; l < TOGETHER; l++)
                wild |= is_wild(losses[l]);
            losses += TOGETHER;
            if (p->rates)
                all.rate = p->rates[done];
            if (wild | (uint64_t)update_many(&all, c.gradient, to - first, p->updates + 1))
                return done;
            done++, p->updates++;
        }
#endif
    return done;
}
