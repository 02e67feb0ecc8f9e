/* Networks of small layers, each connected to all neurons of the one before it: the sums of pass.h,
   without a look at each neuron what it is like. For a vector of samples; and for SGD by one sample
   after the other, where four neurons of a layer are in a vector. Included by kernel.c, where there
   are vectors that multiply and add at once (exact.h). */

#define MOST_LAYERS 8

FUSED_INLINE Four activate_four(const Problem *p, int code, const double *q, Four z)
{
    if (p->in_vectors >> code & 1)
        return code == OF_tanh ? tanh_of_four(z) : sigmoid_of_four(z);
    if (code == OF_relu)
        return _mm256_max_pd(all(0.0), z);
    double x[4], a[4];
    _mm256_storeu_pd(x, z);
    activate(code, q, x, a, 4, 0);
    return _mm256_loadu_pd(a);
}

FUSED_INLINE Four multiplied_slopes(int code, const double *q, Four z, Four a, Four d)
{
    double net[4], output[4], delta[4];
    if (code == OF_sigmoid)
        return d * (a * (all(1.0) - a));
    if (code == OF_tanh)
        return d * (all(1.0) - a * a);
    if (code == OF_relu)
        return d * _mm256_and_pd(_mm256_cmp_pd(z, all(0.0), _CMP_GT_OQ), all(1.0));
    _mm256_storeu_pd(net, z), _mm256_storeu_pd(output, a), _mm256_storeu_pd(delta, d);
    multiply_slopes(code, q, net, output, delta, 4);
    return _mm256_loadu_pd(delta);
}

/* A mask of the first numbers of a vector, where so many are left. */
FUSED_INLINE __m256i first_of_four(Index left)
{
    static const int64_t mask[8] = {-1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(mask + 4 - (left < 4 ? left : 4)));
}

/* The total and then the first number of each vector, the second, ...: so many, one after the other. */
FUSED_INLINE Four add_columns(Four total, const Four *x, Index count)
{
    const Four a = _mm256_unpacklo_pd(x[0], x[1]), b = _mm256_unpackhi_pd(x[0], x[1]);
    const Four c = _mm256_unpacklo_pd(x[2], x[3]), d = _mm256_unpackhi_pd(x[2], x[3]);
    total += _mm256_permute2f128_pd(a, c, 0x20);
    if (count > 1)
        total += _mm256_permute2f128_pd(b, d, 0x20);
    if (count > 2)
        total += _mm256_permute2f128_pd(a, c, 0x31);
    if (count > 3)
        total += _mm256_permute2f128_pd(b, d, 0x31);
    return total;
}

typedef uint64_t Wild __attribute__((vector_size(32)));

FUSED_INLINE Wild wildness_of_four(Four x)
{
    return ((Wild)x & 0x7ff0000000000000) + 0x0010000000000000;
}

/* --- a vector of samples */

#define LAYER(g)                                                                                  \
    const Index begin = p->groups[g], size = p->groups[(g) + 1] - begin, n = p->n_sources[begin];  \
    const Index has_bias = p->has_bias[begin], width = n + has_bias, at = p->first[begin];         \
    const int code = p->activation[begin];                                                        \
    const double *q = c->choices + begin * MOST_OPTIONS;                                          \
    (void)size, (void)n, (void)has_bias, (void)width, (void)at, (void)code, (void)q

FUSED_INLINE void forward_of_small(const Chunk *c, int64_t count)
{
    const Problem *p = c->of;
    const double *from = c->output;
    for (int64_t s = 0; s < count; s++)
        for (int64_t i = 0; i < p->n_inputs; i++)
            c->output[i * LANES + s] = p->X[c->rows[s] * p->n_inputs + i];
    for (int64_t g = 0; g < p->n_groups; g++) {
        LAYER(g);
        const double *w = c->weights + at;
        for (Index j = 0; j < size; j++) {
            const double bias = has_bias ? w[j * width + n] : 0.0;
            Four z = all(bias);
            for (Index k = 0; k < n; k++)
                z += all(w[j * width + k]) * _mm256_loadu_pd(from + k * LANES);
            _mm256_storeu_pd(c->net + (begin + j) * LANES, z);
            _mm256_storeu_pd(c->output + (begin + j) * LANES, activate_four(p, code, q, z));
        }
        from = c->output + begin * LANES;
    }
}

FUSED_INLINE double losses_of_small(const Chunk *c, double loss, double *row_losses, int64_t count)
{
    const Problem *p = c->of;
    const double *x = (*p->by_net_input ? c->net : c->output) + p->outputs[0] * LANES;
    const double divisor = *p->divisor;
    double part[LANES] = {0};
    for (int64_t o = 0; o < p->n_outputs; o++)
        add_terms(c, o, x + o * LANES, part, count);
    for (int64_t s = 0; s < count; s++) {
        if (divisor != 1.0)
            part[s] /= divisor;
        loss += part[s];
        if (row_losses)
            row_losses[s] = part[s];
    }
    return loss;
}

FUSED_INLINE void deltas_of_small(const Chunk *c, int64_t count)
{
    const Problem *p = c->of;
    for (int64_t g = p->n_groups - 1; g >= 0; g--) {
        LAYER(g);
        const Index next = p->groups[g + 1];
        const int is_last = g == p->n_groups - 1, is_given = is_last && *p->by_net_input;
        const Index end = is_last ? next : p->groups[g + 2];
        const Index step = is_last ? 0 : p->n_sources[next] + p->has_bias[next];
        const double *weights = c->weights + (is_last ? 0 : p->first[next]);
        for (Index o = 0; is_last && o < size; o++)
            loss_slopes(p, o, c->rows, c->output + (begin + o) * LANES,
                        c->delta + (begin + o) * LANES, count);
        for (Index j = 0; !is_given && j < size; j++) {
            const double *w = weights + j;
            const int64_t here = (begin + j) * LANES;
            const Four z = _mm256_loadu_pd(c->net + here), a = _mm256_loadu_pd(c->output + here);
            double *d = c->delta + here;
            Four error = {0};
            if (is_last)
                error = (Four){d[0], d[1], d[2], d[3]};
            for (Index t = next; t < end; t++, w += step)
                error += all(*w) * _mm256_loadu_pd(c->delta + t * LANES);
            _mm256_storeu_pd(d, multiplied_slopes(code, q, z, a, error));
        }
    }
}

/* Move so many of four parameters by their gradients, as SGD does; their wildness then. */
FUSED_INLINE Wild move(double *theta, Index count, Four gradient, double divisor, double rate)
{
    const __m256i there = first_of_four(count);
    if (divisor != 1.0)
        gradient = gradient / all(divisor) + all(0.0);
    const Four w = _mm256_maskload_pd(theta, there) - all(rate) * gradient;
    _mm256_maskstore_pd(theta, there, w);
    return wildness_of_four(w) & (Wild)there;
}

/* The gradients; or, where each is all that moves a parameter by SGD, the moves: 1 where a parameter
   is not finite then. A vector may write behind the gradients of a neuron, where those of the next
   one follow. */
FUSED_INLINE int end_of_small(const Chunk *c, int64_t count, int moves)
{
    const Problem *p = c->of;
    const double *from = c->output;
    const double divisor = p->is_mean ? (double)count : 1.0;
    Wild wild = {0};
    for (int64_t g = 0; g < p->n_groups; g++) {
        LAYER(g);
        double *restrict to = (moves ? p->theta : c->gradient) + at;
        for (Index j = begin; j < begin + size; j++, to += width) {
            const Four d = _mm256_loadu_pd(c->delta + j * LANES);
            for (Index k = 0; k < width; k += 4) {
                Four x[LANES] = {d, d, d, d}; /* of a bias it is d */
                for (Index v = 0; v < LANES && k + v < n; v++)
                    x[v] = _mm256_loadu_pd(from + (k + v) * LANES) * d;
                const Four total = add_columns(all(0.0), x, count);
                if (moves)
                    wild |= move(to + k, width - k, total, divisor, p->rate);
                else
                    _mm256_storeu_pd(to + k, total);
            }
        }
        from = c->output + begin * LANES;
    }
    return _mm256_movemask_pd((Four)wild) != 0;
}

FUSED double pass_of_small(Chunk *c, double loss, double *row_losses, int learns)
{
    const int64_t count = c->count;
    forward_of_small(c, count);
    if (c->of->losses)
        loss = losses_of_small(c, loss, row_losses, count);
    if (learns) {
        deltas_of_small(c, count);
        if (c->moves)
            c->is_wild = end_of_small(c, count, 1), c->is_moved = 1;
        else
            end_of_small(c, count, 0);
    }
    return loss;
}

#undef LAYER

/* --- one sample after the other */

/* Neurons by four, the last ones with zeros: the weights of a source, source after source, then the
   biases; and what is of a neuron. */
typedef struct {
    Index size, n, width, at; /* neurons, sources, places of a neuron, the first of all places */
    int code;
    const double *q;
    Four *weights, *net, *output, *delta;
} Layer;

/* The weights of theta to the layers, or back. */
FUSED void place_weights(const Problem *p, Layer *layers, int is_back)
{
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Layer *l = layers + g;
        for (Index j = 0; j < l->size; j++)
            for (Index k = 0; k < l->width; k++) {
                double *theta = p->theta + l->at + j * l->width + k;
                double *weight = (double *)(l->weights + j / 4 * l->width + k) + j % 4;
                *(is_back ? theta : weight) = *(is_back ? weight : theta);
            }
    }
}

/* How many vectors the layers have. */
static int64_t vectors_of_layers(const Problem *p)
{
    int64_t count = 0;
    for (int64_t g = 0; p->is_layered && g < p->n_groups; g++) {
        const Index begin = p->groups[g], blocks = (p->groups[g + 1] - begin + 3) / 4;
        count += blocks * (p->n_sources[begin] + p->has_bias[begin] + 3);
    }
    return count;
}

static void begin_online(const Problem *p, Layer *layers, double *work)
{
    Four *room = (Four *)work;
    memset(room, 0, vectors_of_layers(p) * sizeof *room);
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Index begin = p->groups[g], size = p->groups[g + 1] - begin, blocks = (size + 3) / 4;
        Layer *l = layers + g;
        l->size = size, l->n = p->n_sources[begin], l->width = l->n + p->has_bias[begin];
        l->at = p->first[begin], l->code = p->activation[begin];
        l->q = p->choices + begin * MOST_OPTIONS;
        l->weights = room, room += blocks * l->width;
        l->net = room, room += blocks;
        l->output = room, room += blocks;
        l->delta = room, room += blocks;
    }
    place_weights(p, layers, 0);
}

FUSED_INLINE void forward_online(const Problem *p, const Layer *layers, const double *x)
{
    for (const Layer *l = layers; l < layers + p->n_groups; l++) {
        const Four *w = l->weights;
        for (Index b = 0; b * 4 < l->size; b++, w += l->width) {
            Four z = l->width > l->n ? w[l->n] : all(0.0);
            for (Index k = 0; k < l->n; k++)
                z += w[k] * all(x[k]);
            l->net[b] = z, l->output[b] = activate_four(p, l->code, l->q, z);
        }
        x = (const double *)l->output;
    }
}

/* The loss of a row, and the slopes by the outputs, which are the last layer's. */
FUSED_INLINE double begin_deltas(const Problem *p, const Layer *last, int64_t row)
{
    const double *T = p->T + row * p->n_outputs, *a = (double *)last->output;
    const double *x = *p->by_net_input ? (double *)last->net : a;
    double part = 0.0;
    for (int64_t b = 0; b * 4 < p->n_outputs; b++) {
        double slopes[4] = {0};
        for (int64_t o = b * 4; o < p->n_outputs && o < b * 4 + 4; o++) {
            part += formula_value(p->formula[o], p->formula_choice[o], x[o], T[o]);
            slopes[o % 4] = formula_slope(p->formula[o], p->formula_choice[o], a[o], T[o]);
            if (*p->divisor != 1.0)
                slopes[o % 4] /= *p->divisor;
        }
        last->delta[b] = (Four){slopes[0], slopes[1], slopes[2], slopes[3]};
    }
    return *p->divisor != 1.0 ? part / *p->divisor : part;
}

/* The errors of four neurons, those from 4 b on. */
FUSED_INLINE Four errors_online(const Layer *next, Index b)
{
    const Four *w = next->weights + b * 4;
    Four total = all(0.0);
    for (Index t = 0; t * 4 < next->size; t++, w += next->width) {
        Four x[4] = {{0}};
        for (Index v = 0; v < 4 && b * 4 + v < next->n; v++)
            x[v] = w[v] * next->delta[t];
        total = add_columns(total, x, next->size - t * 4);
    }
    return total;
}

FUSED_INLINE Wild move_online(const Layer *l, const double *x, Four rate)
{
    Four *w = l->weights;
    Wild wild = {0};
    for (Index b = 0; b * 4 < l->size; b++, w += l->width) {
        const Four d = l->delta[b];
        for (Index k = 0; k < l->n; k++) {
            w[k] -= rate * (all(0.0) + all(x[k]) * d);
            wild |= wildness_of_four(w[k]);
        }
        if (l->width > l->n) {
            w[l->n] -= rate * (all(0.0) + d);
            wild |= wildness_of_four(w[l->n]);
        }
    }
    return wild;
}

/* Train on a row by SGD; its loss, and whether a parameter is not finite then. */
FUSED double train_online(const Problem *p, const Layer *layers, int64_t row, int *is_wild)
{
    const double *x = p->X + row * p->n_inputs;
    const Layer *last = layers + p->n_groups - 1;
    Wild wild = {0};
    forward_online(p, layers, x);
    const double loss = begin_deltas(p, last, row);
    for (const Layer *l = last; l >= layers; l--)
        for (Index b = 0; b * 4 < l->size && !(l == last && *p->by_net_input); b++) {
            const Four error = l == last ? l->delta[b] : errors_online(l + 1, b);
            const Four d = multiplied_slopes(l->code, l->q, l->net[b], l->output[b], error);
            l->delta[b] = _mm256_and_pd(d, (Four)first_of_four(l->size - b * 4));
        }
    for (const Layer *l = layers; l <= last; x = (double *)l->output, l++)
        wild |= move_online(l, x, all(p->rate));
    *is_wild = _mm256_movemask_pd((Four)wild) != 0;
    return 0.0 + loss;
}
