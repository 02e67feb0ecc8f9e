/* Networks of small layers, each connected to all neurons of the one before it: the sums of pass.h,
   without a look at each neuron what it is like. For a vector of samples; online.h has SGD by one
   sample after the other. Included by kernel.c, where there are vectors that multiply and add at
   once (exact.h). */

FUSED Four activate_each(int code, const double *q, Four z)
{
    double x[4], a[4];
    _mm256_storeu_pd(x, z);
    activate(code, q, x, a, 4, 0);
    return _mm256_loadu_pd(a);
}

FUSED_INLINE Four activate_four(int64_t in_vectors, int code, const double *q, Four z)
{
    if (in_vectors >> code & 1)
        return code == OF_tanh ? tanh_of_four(z) : sigmoid_of_four(z);
    if (code == OF_relu)
        return _mm256_max_pd(all(0.0), z);
    return activate_each(code, q, z);
}

FUSED Four multiply_slopes_of_each(int code, const double *q, Four z, Four a, Four d)
{
    double net[4], output[4], delta[4];
    _mm256_storeu_pd(net, z), _mm256_storeu_pd(output, a), _mm256_storeu_pd(delta, d);
    multiply_slopes(code, q, net, output, delta, 4);
    return _mm256_loadu_pd(delta);
}

FUSED_INLINE Four multiplied_slopes(int code, const double *q, Four z, Four a, Four d)
{
    if (code == OF_sigmoid)
        return d * (a * (all(1.0) - a));
    if (code == OF_tanh)
        return d * (all(1.0) - a * a);
    if (code == OF_relu)
        return d * _mm256_and_pd(_mm256_cmp_pd(z, all(0.0), _CMP_GT_OQ), all(1.0));
    return multiply_slopes_of_each(code, q, z, a, d);
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

FUSED_INLINE int is_wild_in(Wild wild) { return _mm256_movemask_pd((Four)wild) != 0; }

/* --- the loss of four outputs or samples: of those formulas that vectors compute */

static int is_square(int code) { return code == CODE_half_square || code == CODE_square; }

FUSED_INLINE Four squares(int code, Four x, Four t)
{
    const Four e = x - t;
    return all(code == CODE_square ? 1.0 : 0.5) * (e * e); /* times 1 is exact */
}

FUSED_INLINE Four slopes_of_squares(int code, Four a, Four t)
{
    if (code == CODE_square)
        return all(-2.0) * (t - a);
    return a - t;
}

/* --- layers, looked up once a call */

enum { BY_NEURON, BY_FOUR, BY_NEURON_THEN_BIASES };

/* Its numbers: neuron by neuron, in each vector those of four samples; or, for one sample, by four
   neurons, the last ones with zeros. Its weights: of theta; or copies, neuron by neuron, each from a
   vector on; or source by source, then the biases, those of four neurons in a vector; or neuron by
   neuron, and then all biases in a vector. */
struct Layer {
    Index size, n, width, at; /* neurons, sources, places of a neuron, the first of all places */
    Index stride;             /* from the weights of a neuron to those of the next */
    int order;                /* of the weights */
    int code;
    const double *q;
    double *weights;
    Four *input, *net, *output, *delta;
};

#define MOST_NARROW 3 /* layers whose numbers are in registers, see online.h */

#define VECTORS_OF_A_LAYER ((int64_t)((sizeof(Layer) + 31) / 32))

/* How many vectors the layers may have of their own, and the targets. */
static int64_t vectors_of_layers(const Problem *p)
{
    int64_t count = p->n_outputs + p->n_groups * VECTORS_OF_A_LAYER;
    for (int64_t g = 0; p->is_layered && g < p->n_groups; g++) {
        const Index begin = p->groups[g], size = p->groups[g + 1] - begin, blocks = (size + 3) / 4;
        const Index width = p->n_sources[begin] + p->has_bias[begin];
        const Index by_neuron = size * ((width + 3) / 4), by_four = blocks * (width + 3);
        count += by_neuron > by_four ? by_neuron : by_four;
        count += 1; /* the biases of a narrow layer of one source */
    }
    return p->is_layered ? count : 0;
}

/* The layers of samples in vectors, with the weights of theta. */
static void look_up(Chunk *c)
{
    const Problem *p = c->of;
    Four *input = (Four *)c->output;
    c->targets = (double *)((Four *)c->layers + p->n_groups * VECTORS_OF_A_LAYER);
    for (int64_t g = 0; g < p->n_groups; g++) {
        const Index begin = p->groups[g];
        Layer *l = c->layers + g;
        l->size = p->groups[g + 1] - begin, l->n = p->n_sources[begin], l->at = p->first[begin];
        l->stride = l->width = l->n + p->has_bias[begin], l->order = BY_NEURON;
        l->code = p->activation[begin], l->q = c->choices + begin * MOST_OPTIONS;
        l->weights = (double *)c->weights + l->at;
        l->input = input, l->net = (Four *)c->net + begin, l->delta = (Four *)c->delta + begin;
        input = l->output = (Four *)c->output + begin;
    }
}

/* Whether online.h has shorter ways for these layers, their loss and their weights, none of them -0. */
static int is_narrow(const Chunk *c)
{
    const Problem *p = c->of;
    if (p->n_groups > MOST_NARROW || !is_square(*p->formula) || *p->divisor != 1.0)
        return 0;
    for (const Layer *l = c->layers; l < c->layers + p->n_groups; l++)
        if (l->size > 4 || !(l->code == OF_relu || p->in_vectors >> l->code & 1))
            return 0;
    for (int64_t i = 0; i < p->n_parameters; i++)
        if (p->theta[i] == 0.0 && signbit(p->theta[i]))
            return 0;
    return 1;
}

/* The same to be trained, with weights in copies; by_four: four neurons in a vector. */
static void look_up_copies(Chunk *c, int by_four)
{
    const Problem *p = c->of;
    look_up(c);
    c->is_narrow = by_four && is_narrow(c);
    Four *room = (Four *)c->targets + p->n_outputs;
    memset(room, 0, (char *)c->layers + vectors_of_layers(p) * sizeof *room - (char *)room);
    for (Layer *l = c->layers; l < c->layers + p->n_groups; l++) {
        const Index blocks = (l->size + 3) / 4;
        l->weights = (double *)room;
        l->stride = (l->width + 3) / 4 * 4;
        if (c->is_narrow && l > c->layers)
            l->order = BY_NEURON_THEN_BIASES, room += l->size + 1;
        else if (by_four)
            l->order = BY_FOUR, room += blocks * l->width;
        else
            room += l->size * l->stride / 4;
        if (by_four) {
            l->net = room, room += blocks;
            l->output = room, room += blocks;
            l->delta = room, room += blocks;
        }
    }
}

/* Where the copy of a weight is, or that of the bias. */
static Index place_of(const Layer *l, Index j, Index k)
{
    if (l->order == BY_FOUR)
        return (j / 4 * l->width + k) * 4 + j % 4;
    if (l->order == BY_NEURON)
        return j * l->stride + k;
    return k < l->n ? j * 4 + k : l->size * 4 + j;
}

/* The weights of theta to the copies, or back. */
static void place_weights(const Chunk *c, int is_back)
{
    const Problem *p = c->of;
    for (const Layer *l = c->layers; l < c->layers + p->n_groups; l++)
        for (Index j = 0; j < l->size; j++)
            for (Index k = 0; k < l->width; k++) {
                double *theta = p->theta + l->at + j * l->width + k;
                double *weight = l->weights + place_of(l, j, k);
                *(is_back ? theta : weight) = *(is_back ? weight : theta);
            }
}

/* --- a vector of samples */

FUSED_INLINE void load_rows(const Chunk *c)
{
    const Problem *p = c->of;
    double *input = c->output, *target = c->targets;
    for (int64_t s = 0; s < c->count; s++) {
        const double *x = p->X + c->rows[s] * p->n_inputs, *t = p->T + c->rows[s] * p->n_outputs;
        for (int64_t i = 0; i < p->n_inputs; i++)
            input[i * LANES + s] = x[i];
        for (int64_t o = 0; p->T && o < p->n_outputs; o++)
            target[o * LANES + s] = t[o];
    }
}

FUSED_INLINE void forward_of_small(const Chunk *c)
{
    const int64_t in_vectors = c->of->in_vectors;
    for (const Layer *l = c->layers, *end = l + c->of->n_groups; l < end; l++) {
        const Index size = l->size, n = l->n, width = l->width, stride = l->stride;
        const int code = l->code;
        const double *w = l->weights, *q = l->q;
        const Four *x = l->input;
        Four *net = l->net, *output = l->output;
        for (Index j = 0; j < size; j++, w += stride) {
            Four z = all(width > n ? w[n] : 0.0);
            for (Index k = 0; k < n; k++)
                z += all(w[k]) * x[k];
            net[j] = z, output[j] = activate_four(in_vectors, code, q, z);
        }
    }
}

FUSED_INLINE double losses_of_small(const Chunk *c, double loss, double *row_losses)
{
    const Problem *p = c->of;
    const Layer *last = c->layers + p->n_groups - 1;
    const Four *x = *p->by_net_input ? last->net : last->output;
    const double divisor = *p->divisor;
    const int code = *p->formula;
    double part[LANES] = {0};
    if (is_square(code)) {
        const Four *targets = (const Four *)c->targets;
        Four total = all(0.0);
        for (int64_t o = 0; o < p->n_outputs; o++)
            total += squares(code, x[o], targets[o]);
        _mm256_storeu_pd(part, total);
    } else
        for (int64_t o = 0; o < p->n_outputs; o++)
            add_terms(c, o, (const double *)(x + o), part, c->count);
    for (int64_t s = 0; s < c->count; s++) {
        if (divisor != 1.0)
            part[s] /= divisor;
        loss += part[s];
        if (row_losses)
            row_losses[s] = part[s];
    }
    return loss;
}

/* The slopes of the loss by an output. */
FUSED_INLINE Four slopes_of_small(const Chunk *c, Index o, Four a)
{
    const Problem *p = c->of;
    double outputs[LANES], slopes[LANES] = {0};
    if (is_square(*p->formula)) {
        const Four t = _mm256_loadu_pd(c->targets + o * LANES);
        const Four found = slopes_of_squares(*p->formula, a, t);
        if (*p->divisor != 1.0)
            return found / all(*p->divisor);
        return found;
    }
    _mm256_storeu_pd(outputs, a);
    loss_slopes(p, o, c->rows, outputs, slopes, c->count);
    return _mm256_loadu_pd(slopes);
}

FUSED_INLINE void deltas_of_small(const Chunk *c)
{
    const Problem *p = c->of;
    const Layer *last = c->layers + p->n_groups - 1;
    for (Index o = 0; o < last->size; o++) {
        const Four z = last->net[o], a = last->output[o], slope = slopes_of_small(c, o, a);
        last->delta[o] = *p->by_net_input
            ? slope : multiplied_slopes(last->code, last->q, z, a, slope);
    }
    for (const Layer *l = last; l-- > c->layers;) {
        const Layer *next = l + 1;
        const Index size = l->size, n_targets = next->size, stride = next->stride;
        const int code = l->code;
        const double *q = l->q;
        const Four *net = l->net, *output = l->output, *deltas = next->delta;
        for (Index j = 0; j < size; j++) {
            const double *w = next->weights + j;
            Four error = all(0.0);
            for (Index t = 0; t < n_targets; t++, w += stride)
                error += all(*w) * deltas[t];
            l->delta[j] = multiplied_slopes(code, q, net[j], output[j], error);
        }
    }
}

/* The gradients of four places of a neuron, from the k-th on; 0 behind its last one. */
FUSED_INLINE Four gradients_of_four(const Layer *l, const Four *input, Four d, Index k, Index count)
{
    Four x[LANES];
    for (Index v = 0; v < LANES; v++) {
        if (k + v < l->n)
            x[v] = input[k + v] * d;
        else
            x[v] = k + v < l->width ? (Four)d : (Four){0};
    }
    return add_columns(all(0.0), x, count);
}

/* A vector may write behind the gradients of a neuron, where those of the next one follow. */
FUSED_INLINE void gradients_of_small(const Chunk *c)
{
    for (const Layer *l = c->layers, *end = l + c->of->n_groups; l < end; l++) {
        double *to = c->gradient + l->at;
        for (Index j = 0; j < l->size; j++, to += l->width)
            for (Index k = 0; k < l->width; k += 4)
                _mm256_storeu_pd(to + k,
                                 gradients_of_four(l, l->input, l->delta[j], k, c->count));
    }
}

/* Move the copies of the weights, as SGD does; whether one is not finite then. */
FUSED_INLINE int move_small(const Chunk *c)
{
    const Problem *p = c->of;
    const Four rate = all(p->rate), divisor = all(p->is_mean ? (double)c->count : 1.0);
    const Four factor = all(1.0) / divisor;
    const int is_exact = c->count != 3, is_one = c->count == 1 || !p->is_mean; /* powers of 2 are */
    Wild wild = {0};
    for (const Layer *l = c->layers, *end = l + p->n_groups; l < end; l++) {
        const Index size = l->size, width = l->width, count = c->count;
        const Four *input = l->input, *deltas = l->delta;
        Four *w = (Four *)l->weights;
        for (Index j = 0; j < size; j++)
            for (Index k = 0; k < width; k += 4, w++) {
                Four g = gradients_of_four(l, input, deltas[j], k, count);
                if (!is_one)
                    g = (is_exact ? (Four)(g * factor) : (Four)(g / divisor)) + all(0.0);
                *w -= rate * g;
                wild |= wildness_of_four(*w);
            }
    }
    return is_wild_in(wild);
}

FUSED double pass_of_small(Chunk *c, double loss, double *row_losses, int learns)
{
    load_rows(c);
    forward_of_small(c);
    if (c->of->losses)
        loss = losses_of_small(c, loss, row_losses);
    if (learns) {
        deltas_of_small(c);
        gradients_of_small(c);
    }
    return loss;
}

/* Train on a batch; its loss. The rows are there already where they were the last ones, too. */
FUSED double train_small(Chunk *c, int64_t from, int64_t to, double *row_losses)
{
    const Problem *p = c->of;
    if (p->order || c->loaded != from) {
        c->loaded = from, c->count = to - from;
        for (int64_t s = 0; s < c->count; s++)
            c->rows[s] = p->order ? p->order[from + s] : from + s;
        load_rows(c);
    }
    forward_of_small(c);
    const double loss = losses_of_small(c, 0.0, row_losses);
    deltas_of_small(c);
    c->is_wild = move_small(c);
    return loss;
}

#include "online.h"

/* --- training by SGD on copies of the weights */

/* Whether that can be, and then the copies. */
static int begin_copies(Chunk *c)
{
    const Problem *p = c->of;
    const int is_online = p->batch_size == 1;
    if (!c->is_layered || p->optimizer != CODE_sgd || !p->all_learn || p->is_adjusted
        || p->has_penalty || p->slopes || p->n_noted || p->n_followed
        || !(is_online || (c->is_small && p->batch_size <= VECTOR)))
        return 0;
    look_up_copies(c, is_online);
    place_weights(c, 0);
    return 1;
}

static double train_copies(Chunk *c, int64_t from, int64_t to, double *row_losses)
{
    if (c->of->batch_size > 1)
        return train_small(c, from, to, row_losses);
    const int64_t row = c->of->order ? c->of->order[from] : from;
    const double loss = c->is_narrow ? train_narrow(c, row) : train_online(c, row);
    if (row_losses)
        *row_losses = loss;
    return loss;
}
