/* The kernel: trains and measures any network with the bits of the walk over its objects.

   Every sum goes in the walk's order: of a net input the bias first, then the sources as their
   connections were added; of an error the targets likewise; of a gradient and a loss the samples of
   the batch. So no compiler may reorder or contract: no fast-math, -ffp-contract=off.

   It knows no Python, allocates nothing and has no state: all is in a Problem, whose arrays the
   caller checked. Samples are taken in chunks: each alone, or, in vectors, up to 64 at once, where
   every lane keeps its own sample's sum in order (pass.h, included for each). */

#include "formulas.h"

#include <string.h>

#if defined(__GNUC__) || defined(__clang__)
#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))
#else
#define INLINE static inline
#define NOINLINE static
#define NO_VECTORS
#endif
#if defined(NO_VECTORS)
#define HAS_VECTORS 0
#else
#define HAS_VECTORS 1
#endif

/* gcc with glibc chooses the widest vectors of the machine when the library is loaded */
#if defined(__gnu_linux__) && defined(__x86_64__) && !defined(__clang__) && !defined(PLAIN)
#define WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define WIDEST
#endif

#if defined(_WIN32)
#define PUBLIC __declspec(dllexport)
#else
#define PUBLIC __attribute__((visibility("default")))
#endif

#define SOFTMAX 255
#define LONGEST 64 /* samples in a chunk */
#define VECTOR 4     /* samples in a vector */
#define WIDE_VECTOR 8 /* and in one of AVX-512 */
#define LANES_FROM 3 /* samples from which vectors are faster */
#define MOST_SMALL 600 /* parameters up to which layers.h is faster for few samples */
#define MANY 64 /* parameters from which the widest vectors are */

#define MOST_OPTIONS 2 /* of an activation */
#define NONE UINT32_MAX

typedef uint32_t Index;

/* What is computed. Neurons are numbered in the order of the forward pass, inputs first; a place is
   a connection or bias, in the order of theta. Arrays that are not wanted are NULL. */
typedef struct {
    /* the network */
    int64_t n_neurons, n_inputs, n_outputs, n_groups, n_places, n_parameters, has_runs, has_alike;
    int64_t n_terms;             /* of neurons with an aggregation */
    int64_t n_functions;         /* parameters of activations, the last ones */
    int64_t is_layered;          /* see layers.h; outputs are the last layer, with one loss */
    const Index *groups;         /* the first neuron of each group, and the end of the last */
    const uint8_t *is_run;       /* of each neuron, whether its sources follow each other */
    const Index *n_alike;        /* of each neuron, how many from it on have the sources of a run */
    const Index *n_alike_out;    /* the same of targets, whose weights follow each other */
    const uint8_t *is_layer;     /* of each group, whether it is a softmax layer */
    const Index *first;          /* of each neuron, its first place: its sources, then its bias */
    const Index *n_sources;      /* of each neuron */
    const uint8_t *has_bias;     /* of each neuron */
    const uint8_t *activation;   /* of each neuron, a code */
    const double *choices;       /* of each neuron, MOST_OPTIONS numbers of its activation */
    const uint8_t *aggregation;  /* of each neuron, 1 + a code; 0: z is the sum; NULL: of all, and
                                    nothing of activations is learned */
    const double *response;      /* of each neuron, by which its aggregate is multiplied */
    const Index *learned;        /* of each neuron and option, a parameter or NONE; NULL: none is */
    const Index *first_term;     /* of each neuron with an aggregation, the first of its terms */
    const Index *source;         /* of each place */
    const Index *out_first;      /* of each neuron, the first of its targets, and their end */
    const Index *out_place;      /* of each target's connection, in the order they were added */
    const Index *out_target;
    const Index *outputs;        /* neurons */
    const int32_t *output_number; /* of each neuron, or -1 */
    const Index *parameter;      /* of each place; NULL where no weight is shared */
    const uint8_t *learns;       /* of each parameter */
    const uint8_t *is_weight;    /* of each parameter */
    /* the loss */
    const uint8_t *formula;      /* of each output, a code */
    const double *formula_choice; /* of each output, the value of its formula's option */
    const uint8_t *by_net_input; /* of each output, whether the formula takes it */
    const uint8_t *is_joint;     /* of each output, whether it has cross-entropy with its layer */
    const double *divisor;       /* of each output's terms */
    int64_t n_heads;             /* groups of outputs, each with its loss */
    const Index *heads;          /* the first of each head's outputs, and the end of the last */
    const Index *head_outputs;   /* the numbers of the outputs, head after head */
    /* the update */
    int64_t optimizer, all_learn, has_penalty, is_mean, updates, is_finite;
    double rate, penalty, options[4];
    const double *rates;         /* of each update; NULL: `rate` */
    /* what an update does besides (adjusted.h); NULL, 0 or, of l1 and l2, -1: not */
    int64_t is_adjusted, n_norms, n_penalties, has_max_norm;
    double base_rate, clip_limit;
    const uint8_t *is_penalized; /* (n_penalties, n_parameters) */
    const double *l1, *l2;       /* of each penalty */
    const Index *clip_groups;    /* over which of them a norm is taken; NULL: each by itself */
    const Index *norm_groups;    /* of each neuron; n_norms or more: of none */
    const double *norm_limits;   /* (n_norms,), of these groups */
    const double *own_rates;     /* of each parameter; NaN: the whole rate */
    const double *decay;
    double *norms;               /* (n_norms,), room for those of groups */
    /* the rows */
    int64_t n_rows, batch_size;
    const double *X, *T;         /* (n_rows, n_inputs), (n_rows, n_outputs) */
    const double *factors;       /* of the terms of the loss, as T; NULL: none */
    const int64_t *order;        /* of the rows; NULL: as they are */
    const int32_t *mask_of;      /* of each neuron, its column in masks, or -1 */
    const double *masks;         /* what outputs are multiplied by, (n_rows, n_masks); or NULL */
    int64_t n_masks;
    /* what is to be done */
    int64_t first_batch, last_batch, repeats, n_thetas, takes_lanes;
    int64_t in_vectors;          /* the codes of activations that vectors compute exactly, as bits */
    int64_t together;            /* networks side by side: 8 or 32 */
    int64_t is_near;             /* of many networks: sigmoid and tanh within some ulp */
    double *theta;               /* (n_parameters,), or n_thetas of them */
    double *memory;              /* (slots, n_parameters) */
    /* what is found */
    double *losses, *row_losses;
    double *passed;              /* theta and memory after each repeat */
    double *gradient;            /* (n_parameters,) */
    double *input_gradient;      /* (n_rows, n_inputs) */
    double *found_outputs;       /* (n_thetas, n_rows, n_outputs) */
    double *net_inputs, *values; /* (n_rows, n_neurons) */
    double *work;
    /* what is noted on the way: of each row numbers of neurons, of each batch numbers of theta */
    int64_t n_noted, n_followed, noted_rows, noted_batches;
    const Index *noted_neuron;
    const uint8_t *noted_quantity; /* 0: net input, 1: output, 2: delta */
    const Index *followed;       /* parameters */
    double *notes;               /* (n_noted, noted_rows) */
    double *path;                /* (n_followed, noted_batches), after each update */
    double *slopes;              /* (noted_batches, n_parameters), the gradient summed over each */
} Problem;


#define CODE(name, ...) OF_##name,
enum { ACTIVATIONS(CODE) N_ACTIVATIONS };
#undef CODE
#define CODE(name, ...) CODE_##name,
enum { FORMULAS(CODE) N_FORMULAS };
enum { OPTIMIZERS(CODE) N_OPTIMIZERS };
#undef CODE
#define CODE(name) AS_##name,
enum { AS_SUM_ALONE, AGGREGATIONS(CODE) N_AGGREGATIONS };
#undef CODE

#include "exact.h"

/* --- formulas of several samples, by code */

/* in_vectors: of each code a bit, whether it may be computed so. */
INLINE void activate(int code, const double *q, const double *z_, double *a_, int64_t n,
                     int64_t in_vectors)
{
    (void)q;
    if (n >= VECTOR && in_vectors >> code & 1) {
        (code == OF_tanh ? tanh_in_vectors : sigmoid_in_vectors)(z_, a_, n);
        return;
    }
#define CASE(name, value, slope)                                                                  \
    case OF_##name:                                                                               \
        for (int64_t s = 0; s < n; s++) {                                                         \
            double z = z_[s];                                                                     \
            a_[s] = value;                                                                        \
        }                                                                                         \
        break;
    switch (code) { ACTIVATIONS(CASE) }
#undef CASE
}

/* d = d f'(z) */
INLINE void multiply_slopes(int code, const double *q, const double *z_, const double *a_,
                            double *d, int64_t n)
{
    (void)q;
#define CASE(name, value, slope)                                                                  \
    case OF_##name:                                                                               \
        for (int64_t s = 0; s < n; s++) {                                                         \
            double z = z_[s], a = a_[s];                                                          \
            (void)z, (void)a;                                                                     \
            d[s] = d[s] * (slope);                                                                \
        }                                                                                         \
        break;
    switch (code) { ACTIVATIONS(CASE) }
#undef CASE
}

INLINE double formula_value(int code, double q, double x, double t)
{
    (void)q;
#define CASE(name, value, slope) case CODE_##name: return value;
    switch (code) { FORMULAS(CASE) }
#undef CASE
    return NAN;
}

INLINE double formula_slope(int code, double q, double x, double t)
{
    (void)q;
#define CASE(name, value, slope) case CODE_##name: return slope;
    switch (code) { FORMULAS(CASE) }
#undef CASE
    return NAN;
}

/* The largest net input of a sample; NaN beside an infinite one or NaN. Those of the n neurons lie
   stride apart. */
static double largest(const double *z, int64_t n, int64_t stride)
{
    double top = z[0];
    for (int64_t i = 0; i < n; i++) {
        if (isnan(z[i * stride]) || z[i * stride] == INFINITY)
            return NAN;
        top = larger(top, z[i * stride]);
    }
    return top;
}

/* The sum of the powers, by which each was divided. */
static double softmax(const double *z, double *a, int64_t n, int64_t stride)
{
    double top = largest(z, n, stride), total = 0.0;
    for (int64_t i = 0; i < n; i++) {
        double power = exp(z[i * stride] - top);
        a[i * stride] = power;
        total += power;
    }
    for (int64_t i = 0; i < n; i++)
        a[i * stride] /= total;
    return total;
}

/* The walk shifts net inputs by the largest, and then by the largest of these again: by 0, or NaN.
   So its sum of powers is that of softmax. The targets are of the outputs with these numbers. */
static double cross_entropy(const double *z, int64_t n, int64_t stride, double total,
                            const double *t, const Index *numbers)
{
    double shift = largest(z, n, stride), norm = 0.0 + log(total), loss = 0.0;
    for (int64_t i = 0; i < n; i++)
        if (t[numbers[i]] != 0.0)
            loss += t[numbers[i]] * (norm - (z[i * stride] - shift));
    return loss;
}

/* With the highest bit where x is infinite or NaN; in integers, so that vectors can do it. */
INLINE uint64_t wildness(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & 0x7ff0000000000000) + 0x0010000000000000;
}

#define IS_WILD(wildness) ((int)((wildness) >> 63))

/* --- one chunk of samples: forward, loss, backward */

typedef struct Layer Layer;

typedef struct {
    const Problem *of;
    const double *weights;        /* of each place */
    double *output, *net, *delta; /* of each neuron and sample */
    double *by_sample;            /* the outputs of each sample and neuron */
    double *gradient;
    double *choices;              /* those of the problem, or with what is learned of them */
    double *terms, *term_deltas;  /* of neurons with an aggregation, of one sample */
    Layer *layers;                /* for layers.h, as the next two */
    double *targets;
    int is_fresh;                 /* whether gradients start from 0 */
    int is_layered, is_small;     /* whether layers.h can take one sample, and few of them */
    int is_wild;                  /* whether a parameter is not finite after an update */
    int is_narrow;                /* whether the layers have four neurons at most */
    int64_t loaded;               /* the first of the rows whose numbers are there */
    int64_t rows[LONGEST];        /* of X and T */
    int64_t count;                /* of samples */
} Chunk;

/* Add to each sample's part the term of an output, from x, its outputs or net inputs. */
INLINE void add_terms(const Chunk *c, Index o, const double *x_, double *part, int64_t count)
{
    const Problem *p = c->of;
    const double *T = p->T + o, *factors = p->factors ? p->factors + o : 0;
    const double q = p->formula_choice[o];
    (void)q;
#define CASE(name, value, slope)                                                                  \
    case CODE_##name:                                                                             \
        for (int64_t s = 0; s < count; s++) {                                                     \
            double x = x_[s], t = T[c->rows[s] * p->n_outputs], term = value;                     \
            if (factors) {                                                                        \
                const double k = factors[c->rows[s] * p->n_outputs];                              \
                term = k != 0.0 ? k * term : 0.0;                                                 \
            }                                                                                     \
            part[s] += term;                                                                      \
        }                                                                                         \
        break;
    switch (p->formula[o]) { FORMULAS(CASE) }
#undef CASE
}

/* The loss of each sample of the chunk, added to the total. */
INLINE double add_losses(const Chunk *c, double loss, double *row_losses, int64_t stride,
                         int64_t count)
{
    const Problem *p = c->of;
    double found[LONGEST];
    for (int64_t s = 0; s < count; s++)
        found[s] = 0.0;
    for (int64_t h = 0; h < p->n_heads; h++) {
        const Index *at = p->head_outputs + p->heads[h], n = p->heads[h + 1] - p->heads[h];
        if (p->is_joint[*at]) { /* the delta of its first neuron is the sum of its powers */
            const int64_t first = p->outputs[*at] * stride;
            for (int64_t s = 0; s < count; s++)
                found[s] += cross_entropy(c->net + first + s, n, stride, c->delta[first + s],
                                          p->T + c->rows[s] * p->n_outputs, at);
            continue;
        }
        double part[LONGEST];
        for (int64_t s = 0; s < count; s++)
            part[s] = 0.0;
        for (Index i = 0; i < n; i++) {
            const double *x = p->by_net_input[at[i]] ? c->net : c->output;
            add_terms(c, at[i], x + p->outputs[at[i]] * stride, part, count);
        }
        const double divisor = p->divisor[*at];
        for (int64_t s = 0; s < count; s++)
            found[s] += divisor == 1.0 ? part[s] : part[s] / divisor;
    }
    for (int64_t s = 0; s < count; s++)
        loss += found[s];
    if (row_losses)
        memcpy(row_losses, found, count * sizeof(double));
    return loss;
}

/* The slopes of the loss by an output, or by its net input, in these rows; a are the outputs. */
INLINE void loss_slopes(const Problem *p, Index o, const int64_t *rows, const double *a, double *d,
                        int64_t count)
{
    const double *T = p->T + o, q = p->formula_choice[o], divisor = p->divisor[o];
    (void)q;
#define CASE(name, value, slope)                                                                  \
    case CODE_##name:                                                                             \
        for (int64_t s = 0; s < count; s++) {                                                     \
            double x = a[s], t = T[rows[s] * p->n_outputs];                                       \
            d[s] = slope;                                                                         \
        }                                                                                         \
        break;
    switch (p->formula[o]) { FORMULAS(CASE) }
#undef CASE
    if (p->factors)
        for (int64_t s = 0; s < count; s++) {
            const double k = p->factors[rows[s] * p->n_outputs + o];
            if (p->is_joint[o])
                d[s] = a[s] * k - T[rows[s] * p->n_outputs];
            else
                d[s] = k == 0.0 ? 0.0 : k * d[s];
        }
    if (divisor != 1.0)
        for (int64_t s = 0; s < count; s++)
            d[s] = d[s] / divisor;
}

INLINE double loss_slope(const Chunk *c, Index o, double a, int64_t sample)
{
    double slope = 0.0;
    loss_slopes(c->of, o, c->rows + sample, &a, &slope, 1);
    return slope;
}

/* Multiply numbers of a neuron by its masks, sample by sample. */
INLINE void mask(const Chunk *c, int64_t i, double *x, int64_t count)
{
    const Problem *p = c->of;
    for (int64_t s = 0; s < count; s++)
        x[s] = x[s] * p->masks[c->rows[s] * p->n_masks + p->mask_of[i]];
}

/* The same of errors, which become deltas; the slope is of what the activation made. Apart, because
   it is rare: inside of the pass it costs networks without masks a tenth. */
NOINLINE void masked_deltas(const Chunk *c, Index i, const double *z, double *d, int64_t count)
{
    const Problem *p = c->of;
    const double *q = c->choices + i * MOST_OPTIONS;
    double raw[LONGEST];
    raw[0] = 0.0; /* compilers do not see that it is filled */
    activate(p->activation[i], q, z, raw, count, 0);
    mask(c, i, d, count);
    multiply_slopes(p->activation[i], q, z, raw, d, count);
}

/* --- one sample of neurons with an aggregation */

/* The net input of neuron i; the slopes of its terms are kept where their deltas will be. */
static void aggregate(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    const Index at = p->first[i], n = p->n_sources[i];
    double *t = c->terms + p->first_term[i], *s = c->term_deltas + p->first_term[i], found = 0.0;
    for (Index k = 0; k < n; k++)
        t[k] = c->weights[at + k] * c->output[p->source[at + k]];
#define CASE(name) case AS_##name: found = agg_##name(t, s, n); break;
    switch (p->aggregation[i]) { AGGREGATIONS(CASE) }
#undef CASE
    c->net[i] = (p->has_bias[i] ? c->weights[at + n] : 0.0) + p->response[i] * found;
}

/* The deltas of its terms, in place of the slopes. */
static void distribute(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    double *s = c->term_deltas + p->first_term[i];
    for (Index k = 0; k < p->n_sources[i]; k++)
        s[k] = c->delta[i] * p->response[i] * s[k] + 0.0;
}

/* Add to the gradients of what is learned of its activation, by the error of its output. */
static void learned_gradients(const Chunk *c, Index i, double error)
{
    const Problem *p = c->of;
    const double z = c->net[i];
    const Index *parameter = p->learned + i * MOST_OPTIONS;
    if (p->masks && p->mask_of[i] >= 0)
        mask(c, i, &error, 1);
#define CASE(name, option, slope)                                                                 \
    if (p->activation[i] == OF_##name && parameter[option] != NONE)                               \
        c->gradient[parameter[option]] += (slope) * error;
    LEARNED(CASE)
#undef CASE
}

/* The delta of what a place adds to a neuron. */
static double delta_at(const Chunk *c, Index place, Index target)
{
    const Problem *p = c->of;
    return p->aggregation[target]
        ? c->term_deltas[p->first_term[target] + place - p->first[target]] : c->delta[target];
}

/* The error that comes back to neuron i, behind a start. */
static void errors_of_terms(const Chunk *c, Index i, double start)
{
    const Problem *p = c->of;
    for (Index k = p->out_first[i]; k < p->out_first[i + 1]; k++)
        start += c->weights[p->out_place[k]] * delta_at(c, p->out_place[k], p->out_target[k]);
    c->delta[i] = start;
}

/* --- one sample of a layer: neurons that have the same sources, or the same targets */

#define ALIKE 8 /* neurons at once: their sums hide the latency of each */

/* Net inputs of neuron i and those alike, by ALIKE; how many these are. */
WIDEST static Index sums_alike(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    const Index n = p->n_sources[i], count = p->n_alike[i] / ALIKE * ALIKE;
    const double *restrict x = c->output + p->source[p->first[i]];
    for (const Index end = i + count; i < end; i += ALIKE) {
        const double *w[ALIKE];
        double total[ALIKE];
        for (int j = 0; j < ALIKE; j++) {
            w[j] = c->weights + p->first[i + j];
            total[j] = p->has_bias[i + j] ? w[j][n] : 0.0;
        }
        for (Index k = 0; k < n; k++)
            for (int j = 0; j < ALIKE; j++)
                total[j] += w[j][k] * x[k];
        for (int j = 0; j < ALIKE; j++)
            c->net[i + j] = total[j];
    }
    return count;
}

/* Errors of neuron i and those alike, by ALIKE; how many these are. */
WIDEST static Index errors_alike(const Chunk *c, Index i)
{
    const Problem *p = c->of;
    const Index n = p->out_first[i + 1] - p->out_first[i], count = p->n_alike_out[i] / ALIKE * ALIKE;
    const Index *places = p->out_place + p->out_first[i], *targets = p->out_target + p->out_first[i];
    double *restrict delta = c->delta + i;
    for (Index at = 0; at < count; at += ALIKE) {
        double total[ALIKE] = {0};
        for (Index k = 0; k < n; k++) {
            const double *w = c->weights + places[k] + at, d = c->delta[targets[k]];
            for (int j = 0; j < ALIKE; j++)
                total[j] += w[j] * d;
        }
        memcpy(delta + at, total, sizeof total);
    }
    return count;
}

/* Gradients of n weights whose sources are a run. */
WIDEST static void gradients_of_run(double *restrict g, const double *restrict x, double d, Index n,
                                    int is_fresh)
{
    if (is_fresh)
        for (Index k = 0; k < n; k++)
            g[k] = 0.0 + x[k] * d;
    else
        for (Index k = 0; k < n; k++)
            g[k] += x[k] * d;
}

#define LANES 1
#define LAYERS 0
#define TERMS 1
#define NAME(x) x##_of_terms
#include "pass.h"
#undef TERMS
#undef NAME
#define TERMS 0
#define NAME(x) x##_of_one
#include "pass.h"
#undef LAYERS
#undef NAME
#define LAYERS 1
#define NAME(x) x##_of_layers
#include "pass.h"
#undef LAYERS
#undef LANES
#undef NAME
#define LAYERS 0

#if HAS_VECTORS
/* How far apart the numbers of neurons are. */
static inline int64_t stride_in_lanes(int64_t count)
{
    const int64_t lanes = count > VECTOR && has_wide() ? WIDE_VECTOR : VECTOR;
    return (count + lanes - 1) / lanes * lanes;
}

/* Gradients that wait to be summed together: of each its numbers, sample by sample. */
typedef struct {
    const double *a[ALIKE], *d[ALIKE];
    double *g[ALIKE];
    int n;
} Waiting;

#define EIGHT_ONES 1, 1, 1, 1, 1, 1, 1, 1
static const double ONES[LONGEST] = {
    EIGHT_ONES, EIGHT_ONES, EIGHT_ONES, EIGHT_ONES, EIGHT_ONES, EIGHT_ONES, EIGHT_ONES, EIGHT_ONES,
};

#define FEW 0
#if HAS_FUSED
#define LANES WIDE_VECTOR
#define NAME(x) x##_in_wide_lanes
typedef double Eight __attribute__((vector_size(8 * WIDE_VECTOR), aligned(8)));
#define Vector Eight
#define ALL(x) {x, x, x, x, x, x, x, x}
#include "pass.h"
#undef Vector
#undef ALL
#undef LANES
#undef NAME
#endif
#define LANES VECTOR
#define ALL(x) {x, x, x, x}
#define NAME(x) x##_in_lanes
typedef double Vector __attribute__((vector_size(8 * LANES), aligned(8)));
#include "pass.h"
#undef FEW
#undef NAME
#define FEW 1
#define NAME(x) x##_of_few
#include "pass.h"
#undef FEW
#undef NAME
#define FEW VECTOR
#define NAME(x) x##_of_vector
#include "pass.h"
#if HAS_FUSED
#include "layers.h"
#endif
#undef FEW
#undef LANES
#undef NAME
#else
#define forward_of_few forward_of_one
#define losses_of_few losses_of_one
#define backward_of_few backward_of_one
#define forward_of_vector forward_of_one
#define losses_of_vector losses_of_one
#define backward_of_vector backward_of_one
#define forward_in_lanes forward_of_one
#define losses_in_lanes losses_of_one
#define backward_in_lanes backward_of_one
#define stride_in_lanes(count) 1
#endif

#if !HAS_FUSED
#define vectors_of_layers(p) 0
static void look_up(Chunk *c) { (void)c; }
static int begin_copies(Chunk *c) { return (void)c, 0; }
static void place_weights(const Chunk *c, int is_back) { (void)c, (void)is_back; }
static double train_copies(Chunk *c, int64_t from, int64_t to, double *row_losses)
{
    return (void)c, (void)from, (void)to, (void)row_losses, 0.0;
}
#endif

/* --- the update */

/* What some rules correct their memory by in this update. */
typedef struct { double c1, c2, mu, ahead; } Corrections;

INLINE Corrections corrections(const Problem *p, int64_t count)
{
    const double *o = p->options;
    Corrections c = {1.0, 1.0, 0.0, 0.0};
    if (p->optimizer >= CODE_adam) {
        c.c1 = 1.0 - pow(o[0], (double)count);
        c.c2 = 1.0 - pow(o[1], (double)count);
        c.mu = o[0] * (1.0 - 0.5 * pow(0.96, (double)count * o[3]));
        c.ahead = o[0] * (1.0 - 0.5 * pow(0.96, (double)(count + 1) * o[3]));
    }
    return c;
}

/* x / d + 0.0 of n numbers; d is an integer. */
INLINE void divide(double *x, int64_t n, double d)
{
    int64_t i = 0;
#if HAS_FUSED
    if (has_wide())
        divide_by_eight(x, i = n & ~(int64_t)7, d);
#endif
    for (; i < n; i++)
        x[i] = x[i] / d + 0.0;
}

#include "adjusted.h"

/* Move every parameter that learns by its gradient, summed over so many rows; 1 where one of them,
   or its memory, is not finite then. */
INLINE int update(const Problem *p, double *restrict gradient, int64_t rows, int64_t count)
{
    const int64_t n = p->n_parameters;
    double *restrict theta = p->theta, *restrict first = p->memory;
    double *restrict second = first + n, *restrict third = second + n;
    const uint8_t *restrict learns = p->learns;
    const double rate = p->rate, divisor = p->is_mean ? (double)rows : 1.0;
    const Corrections with = corrections(p, count);
    const double c1 = with.c1, c2 = with.c2, mu = with.mu, ahead = with.ahead;
    double o[4];
    uint64_t wild = 0;
    memcpy(o, p->options, sizeof o);
    if (p->has_penalty)
        for (int64_t i = 0; i < n; i++) {
            double extra = p->is_weight[i] ? p->penalty * theta[i] / (double)rows : 0.0;
            gradient[i] = gradient[i] / divisor + extra;
        }
    else if (((int64_t)divisor & ((int64_t)divisor - 1)) == 0) { /* a power of 2: exact, too */
        const double factor = 1.0 / divisor;
        for (int64_t i = 0; i < n; i++)
            gradient[i] = gradient[i] * factor + 0.0;
    } else
        divide(gradient, n, divisor);
    (void)c1, (void)c2, (void)mu, (void)ahead;
#define STEP(is_moved, slots, ...)                                                                \
    for (int64_t i = 0; i < n; i++) {                                                             \
        if (!(is_moved))                                                                          \
            continue;                                                                             \
        double g = gradient[i], w = theta[i], m = 0.0, s = 0.0, u = 0.0;                          \
        if (slots > 0) m = first[i];                                                              \
        if (slots > 1) s = second[i];                                                             \
        if (slots > 2) u = third[i];                                                              \
        __VA_ARGS__                                                                               \
        theta[i] = w;                                                                             \
        if (slots > 0) first[i] = m;                                                              \
        if (slots > 1) second[i] = s;                                                             \
        if (slots > 2) third[i] = u;                                                              \
        wild |= wildness(w) | wildness(m) | wildness(s) | wildness(u);                                \
    }
#define CASE(name, slots, ...)                                                                    \
    case CODE_##name:                                                                             \
        if (p->all_learn)                                                                         \
            STEP(1, slots, __VA_ARGS__)                                                           \
        else                                                                                      \
            STEP(learns[i], slots, __VA_ARGS__)                                                   \
        break;
    switch (p->optimizer) { OPTIMIZERS(CASE) }
#undef CASE
#undef STEP
    return IS_WILD(wild);
}

WIDEST static int update_many(const Problem *p, double *gradient, int64_t rows, int64_t count)
{
    if (p->is_adjusted)
        return update_adjusted(p, gradient, rows, count);
    return update(p, gradient, rows, count);
}

static int update_few(const Problem *p, double *gradient, int64_t rows, int64_t count)
{
    if (p->is_adjusted)
        return update_adjusted(p, gradient, rows, count);
    return update(p, gradient, rows, count);
}

static int64_t memory_slots(int64_t optimizer)
{
#define CASE(name, slots, ...) case CODE_##name: return slots > 0 ? slots : 1;
    switch (optimizer) { OPTIMIZERS(CASE) }
#undef CASE
    return 1;
}

/* --- batches */

static double *aligned(double *x) { return (double *)(((uintptr_t)x + 63) & ~(uintptr_t)63); }

static int64_t stride_of(const Problem *p)
{
    return HAS_VECTORS && p->takes_lanes && !p->aggregation ? LONGEST : 1;
}

/* How many doubles of work a problem needs. */
PUBLIC int64_t neurosim_work(const Problem *p)
{
    return p->n_parameters + p->n_places + 4 * p->n_neurons * stride_of(p) + 2 * p->n_terms
        + MOST_OPTIONS * p->n_neurons + 2 * VECTOR + 4 * vectors_of_layers(p) + 32;
}

static void begin(const Problem *p, Chunk *c)
{
    double *work = aligned(p->work);
    c->of = p, c->is_fresh = 1;
    c->is_layered = p->is_layered && has_fused() && !p->masks && !p->factors && !p->input_gradient;
    c->is_small = c->is_layered && p->n_parameters <= MOST_SMALL && stride_of(p) > 1;
    c->loaded = -1;
    c->output = work, work += p->n_neurons * stride_of(p) + VECTOR; /* vectors may write behind */
    c->net = work, work += p->n_neurons * stride_of(p);
    c->delta = work, work += p->n_neurons * stride_of(p);
    c->by_sample = work, work += p->n_neurons * stride_of(p);
    c->choices = p->learned ? work : (double *)p->choices;
    if (p->learned) {
        memcpy(work, p->choices, MOST_OPTIONS * p->n_neurons * sizeof(double));
        work += MOST_OPTIONS * p->n_neurons;
    }
    c->terms = work, work += p->n_terms;
    c->term_deltas = work, work += p->n_terms;
    c->gradient = work, work += p->n_parameters + VECTOR;
    c->weights = p->parameter ? work : p->theta, work += p->parameter ? p->n_places : 0;
    c->layers = (Layer *)aligned(work);
    if (c->is_small)
        look_up(c);
}

/* Give each place its shared weight, and activations what is learned of them. */
static void spread(const Problem *p, const Chunk *c, const double *theta)
{
    double *weights = (double *)c->weights;
    if (p->parameter)
        for (int64_t i = 0; i < p->n_places; i++)
            weights[i] = theta[p->parameter[i]];
    for (int64_t i = 0; p->learned && i < MOST_OPTIONS * p->n_neurons; i++)
        if (p->learned[i] != NONE)
            c->choices[i] = theta[p->learned[i]];
}

/* Take the next samples, from `from` on; each alone where they are few. */
static void take(Chunk *c, int64_t from, int64_t to)
{
    const Problem *p = c->of;
    const int is_whole = c->is_small && c->is_fresh && to - from <= VECTOR;
    const int64_t most = is_whole || (stride_of(p) > 1 && to - from >= LANES_FROM) ? LONGEST : 1;
    c->count = to - from < most ? to - from : most;
    for (int64_t s = 0; s < c->count; s++)
        c->rows[s] = p->order ? p->order[from + s] : from + s;
}

/* The next chunk, from sample `from` to `to` at most: what is wanted of it; the loss so far. */
INLINE double pass(Chunk *c, double loss, int64_t from, int64_t to, double *row_losses, int learns)
{
    const Problem *p = c->of;
    take(c, from, to);
#if HAS_FUSED
    if (c->is_small && c->is_fresh && c->count > 1 && c->count <= VECTOR) {
        loss = pass_of_small(c, loss, row_losses, learns);
    } else
#endif
    if (c->count == VECTOR) {
        forward_of_vector(c);
        if (p->losses)
            loss = losses_of_vector(c, loss, row_losses);
        if (learns)
            backward_of_vector(c);
    } else if (c->count > 1 && c->count < VECTOR) {
        forward_of_few(c);
        if (p->losses)
            loss = losses_of_few(c, loss, row_losses);
        if (learns)
            backward_of_few(c);
#if HAS_FUSED
    } else if (c->count > 1 && has_wide()) {
        forward_in_wide_lanes(c);
        if (p->losses)
            loss = losses_in_wide_lanes(c, loss, row_losses);
        if (learns)
            backward_in_wide_lanes(c);
#endif
    } else if (c->count > 1) {
        forward_in_lanes(c);
        if (p->losses)
            loss = losses_in_lanes(c, loss, row_losses);
        if (learns)
            backward_in_lanes(c);
    } else if (p->aggregation) {
        forward_of_terms(c);
        if (p->losses)
            loss = losses_of_terms(c, loss, row_losses);
        if (learns)
            backward_of_terms(c);
    } else if (p->has_alike) {
        forward_of_layers(c);
        if (p->losses)
            loss = losses_of_layers(c, loss, row_losses);
        if (learns)
            backward_of_layers(c);
    } else {
        forward_of_one(c);
        if (p->losses)
            loss = losses_of_one(c, loss, row_losses);
        if (learns)
            backward_of_one(c);
    }
    c->is_fresh = 0;
    return loss;
}

INLINE void begin_gradients(Chunk *c)
{
    c->is_fresh = 1;
    if (c->of->parameter)
        memset(c->gradient, 0, c->of->n_parameters * sizeof(double));
    else
        for (int64_t i = 0; i < c->of->n_functions; i++)
            c->gradient[c->of->n_parameters - 1 - i] = 0.0;
}

/* Whether a number is not finite that no update changes. */
static int has_wild_constant(const Problem *p)
{
    const int64_t slots = memory_slots(p->optimizer), n = p->n_parameters;
    uint64_t wild = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!p->learns[i])
            wild |= wildness(p->theta[i]);
        for (int64_t k = 0; k < slots; k++)
            if (!p->learns[i] || p->optimizer == CODE_sgd)
                wild |= wildness(p->memory[k * n + i]);
    }
    return IS_WILD(wild);
}

/* Note of the rows of a chunk what is asked for; NaN where no chunk was computed. */
static void note_rows(const Problem *p, const Chunk *c, int64_t row, int64_t count)
{
    const int64_t stride = c && c->count > 1 ? stride_in_lanes(c->count) : 1;
    for (int64_t k = 0; k < p->n_noted; k++) {
        double *to = p->notes + k * p->noted_rows + row;
        const int quantity = p->noted_quantity[k];
        const double *from = 0;
        if (c)
            from = (quantity == 0 ? c->net : quantity == 1 ? c->output : c->delta)
                + p->noted_neuron[k] * stride;
        for (int64_t s = 0; s < count; s++)
            to[s] = from ? from[s] : NAN;
    }
}

/* The same of a batch, after its update; NaN where there was none. */
static void note_path(const Problem *p, int64_t batch, int is_done)
{
    for (int64_t k = 0; k < p->n_followed; k++)
        p->path[k * p->noted_batches + batch] = is_done ? p->theta[p->followed[k]] : NAN;
}

static void note_slopes(const Problem *p, const double *gradient, int64_t batch)
{
    double *to = p->slopes + batch * p->n_parameters;
    for (int64_t i = 0; p->slopes && i < p->n_parameters; i++)
        to[i] = gradient ? gradient[i] : NAN;
}

/* Train on batches, again and again; from the first number on that is not finite, the losses are
   NaN and the parameters stay. Returns how many updates were made. */
PUBLIC int64_t neurosim_train(Problem *p)
{
    Chunk c;
    const int64_t slots = memory_slots(p->optimizer), n = p->n_parameters;
    const int is_wild_already = has_wild_constant(p);
    int64_t done = 0, row = 0, number = 0;
    double *losses = p->losses, *row_losses = p->row_losses, *passed = p->passed;
    begin(p, &c);
    spread(p, &c, p->theta);
    const int has_copies = begin_copies(&c);
    for (int64_t r = 0; r < p->repeats; r++) {
        for (int64_t batch = p->first_batch; batch < p->last_batch; batch++, number++) {
            const int64_t first = batch * p->batch_size, end = first + p->batch_size;
            const int64_t to = end < p->n_rows ? end : p->n_rows;
            double loss = 0.0;
            if (!p->is_finite) {
                *losses++ = NAN;
                for (int64_t i = first; row_losses && i < to; i++)
                    *row_losses++ = NAN;
                note_rows(p, 0, row, to - first), row += to - first;
                note_slopes(p, 0, number);
                note_path(p, number, 0);
                continue;
            }
            if (p->rates)
                p->rate = p->rates[number];
            if (has_copies)
                loss = train_copies(&c, first, to, row_losses);
            else {
                begin_gradients(&c);
                for (int64_t from = first; from < to; from += c.count) {
                    loss = pass(&c, loss, from, to, row_losses ? row_losses + from - first : 0, 1);
                    note_rows(p, &c, row, c.count), row += c.count;
                }
            }
            if (row_losses)
                row_losses += to - first;
            *losses++ = loss;
            done++;
            note_slopes(p, c.gradient, number);
            if (!has_copies)
                c.is_wild = (n < MANY ? update_few : update_many)(p, c.gradient, to - first,
                                                                  p->updates + done);
            p->is_finite = !IS_WILD(wildness(loss)) & !is_wild_already & !c.is_wild;
            note_path(p, number, 1);
            if (!has_copies)
                spread(p, &c, p->theta);
        }
        if (has_copies && (passed || r + 1 == p->repeats))
            place_weights(&c, 1);
        if (passed) {
            memcpy(passed, p->theta, n * sizeof(double));
            memcpy(passed + n, p->memory, slots * n * sizeof(double));
            passed += (1 + slots) * n;
        }
    }
    p->updates += done;
    return done;
}

/* --- networks side by side */

#if HAS_VECTORS

INLINE Index owner(const Problem *p, Index place)
{
    return p->parameter ? p->parameter[place] : place;
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
INLINE void activate_nearly(int code, const double *net, double *output, int64_t n)
{
    for (int64_t v = 0; v < n / 4; v++) {
        const Vector z = ((Vector *)net)[v], size = chosen(z < 0.0, -z, z);
        Vector *a = (Vector *)output + v;
        if (code == OF_tanh) {
            const Vector power = near_exp(-2.0 * size), value = (1.0 - power) / (1.0 + power);
            *a = chosen(z < 0.0, -value, value);
        } else {
            const Vector power = near_exp(-size);
            *a = chosen(z < 0.0, power, (Vector){0} + 1.0) / (1.0 + power);
        }
    }
}

/* As activate; divisions of sigmoid in vectors, behind the calls of exp. Vectors that are exact serve
   where near ones would do, too: they are as fast. */
INLINE void activate_many(const Problem *p, int code, const double *q, const double *z, double *a,
                          int64_t n)
{
    if (p->in_vectors >> code & 1) {
        activate(code, q, z, a, n, p->in_vectors);
    } else if (p->is_near && (code == OF_sigmoid || code == OF_tanh)) {
        activate_nearly(code, z, a, n);
    } else if (code != OF_sigmoid) {
        activate(code, q, z, a, n, 0);
    } else {
        for (int64_t l = 0; l < n; l++)
            a[l] = exp(z[l] < LOWEST ? z[l] : -z[l]);
        for (int64_t l = 0; l < n; l++) {
            double value = 1.0 / (1.0 + a[l]);
            a[l] = z[l] < LOWEST ? a[l] : value;
        }
    }
}

/* Whether two neurons have the same activation. */
INLINE int are_alike(const Problem *p, Index i, Index j)
{
    const double *q = p->choices + i * MOST_OPTIONS, *r = p->choices + j * MOST_OPTIONS;
    return p->activation[i] == p->activation[j] && q[0] == r[0] && q[1] == r[1];
}

#define TOGETHER 8
#define NAME(x) x##_8
#include "many.h"
#undef TOGETHER
#undef NAME
#define TOGETHER 32
#define NAME(x) x##_32
#include "many.h"
#undef TOGETHER
#undef NAME

#endif

#define MOST_TOGETHER 500 /* parameters; with more, 32 networks leave the cache */

/* How many of so many networks are best trained side by side: the more, the less each takes, but places
   that stay empty take as long; 1 where there are no vectors. */
PUBLIC int64_t neurosim_together(const Problem *p, int64_t count)
{
    return !HAS_VECTORS ? 1 : count > 16 && p->n_parameters <= MOST_TOGETHER ? 32 : 8;
}

/* How many doubles of work they need. */
PUBLIC int64_t neurosim_work_of_many(const Problem *p)
{
    return p->together * (p->n_parameters + 3 * p->n_neurons) + 32;
}

/* Train so many networks, one beside the other; see train_many. */
PUBLIC int64_t neurosim_train_many(Problem *p)
{
#if HAS_VECTORS
    return p->together == 32 ? train_many_32(p) : train_many_8(p);
#else
    return (void)p, 0;
#endif
}

/* Copy what is wanted of a chunk that begins with this row. */
static void give(const Chunk *c, int64_t row, int64_t theta)
{
    const Problem *p = c->of;
    const int64_t stride = c->count > 1 ? stride_in_lanes(c->count) : 1;
    for (int64_t s = 0; s < c->count; s++, row++) {
        for (int64_t o = 0; p->found_outputs && o < p->n_outputs; o++)
            p->found_outputs[(theta * p->n_rows + row) * p->n_outputs + o] =
                c->output[p->outputs[o] * stride + s];
        for (int64_t i = 0; p->values && i < p->n_neurons; i++) {
            p->values[row * p->n_neurons + i] = c->output[i * stride + s];
            p->net_inputs[row * p->n_neurons + i] =
                i < p->n_inputs ? NAN : c->net[i * stride + s];
        }
        for (int64_t i = 0; p->input_gradient && i < p->n_inputs; i++)
            p->input_gradient[row * p->n_inputs + i] = c->delta[i * stride + s];
    }
}

/* Measure the rows with each theta: the loss, summed, and what else has a place to go to. */
PUBLIC void neurosim_measure(Problem *p)
{
    Chunk c;
    begin(p, &c);
    for (int64_t k = 0; k < p->n_thetas; k++) {
        const double *theta = p->theta + k * p->n_parameters;
        double loss = 0.0;
        if (!p->parameter)
            c.weights = theta;
        spread(p, &c, theta);
        if (c.is_small)
            look_up(&c);
        if (p->gradient)
            begin_gradients(&c);
        for (int64_t from = 0; from < p->n_rows; from += c.count) {
            loss = pass(&c, loss, from, p->n_rows, 0, p->gradient != 0);
            give(&c, from, k);
        }
        if (p->losses)
            p->losses[k] = loss;
    }
    if (p->gradient)
        memcpy(p->gradient, c.gradient, p->n_parameters * sizeof(double));
}

/* --- the tables, for whoever checks them */

/* The names of activations, formulas, optimizers and aggregations, in the order of their codes. */
PUBLIC const char *neurosim_names(int64_t table)
{
#define WORD(name, ...) #name " "
    return table == 0 ? ACTIVATIONS(WORD) : table == 1 ? FORMULAS(WORD)
        : table == 2 ? OPTIMIZERS(WORD) : AGGREGATIONS(WORD);
#undef WORD
}

/* Of which activations, of these bits of codes, vectors have the bits of the library of
   mathematics. */
PUBLIC int64_t neurosim_vectors(int64_t wanted)
{
    int64_t found = 0;
    for (int64_t code = 0; code < N_ACTIVATIONS; code++)
        if (wanted >> code & 1 && has_vectors(code))
            found |= (int64_t)1 << code;
    return found;
}

/* Values and slopes of an activation at z. */
PUBLIC void neurosim_activation(int64_t code, const double *q, int64_t n, const double *z,
                                double *a, double *slope, int64_t in_vectors)
{
    activate((int)code, q, z, a, n, in_vectors);
    for (int64_t i = 0; i < n; i++)
        slope[i] = 1.0;
    multiply_slopes((int)code, q, z, a, slope, n);
}

/* Slopes of an activation at z, where it is a. */
PUBLIC void neurosim_slopes(int64_t code, const double *q, int64_t n, const double *z,
                            const double *a, double *slope)
{
    for (int64_t i = 0; i < n; i++)
        slope[i] = 1.0;
    multiply_slopes((int)code, q, z, a, slope, n);
}

/* Values and slopes of a formula at x, with targets t. */
PUBLIC void neurosim_formula(
    int64_t code, double q, int64_t n, const double *x, const double *t, double *value,
    double *slope)
{
    for (int64_t i = 0; i < n; i++) {
        value[i] = formula_value((int)code, q, x[i], t[i]);
        slope[i] = formula_slope((int)code, q, x[i], t[i]);
    }
}

/* One update by a gradient: of theta and memory, in place. */
PUBLIC void neurosim_update(Problem *p)
{
    (p->n_parameters < MANY ? update_few : update_many)(p, p->gradient, 1, p->updates + 1);
}

/* --- programs of arrays */

#if defined(__clang__)
#define SAME_PLACES _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define SAME_PLACES _Pragma("GCC ivdep")
#else
#define SAME_PLACES
#endif

#define REAL double
#define NAME(x) x##_of_double
#include "passes.h"
#undef NAME
#undef REAL
#define REAL float
#define NAME(x) x##_of_float
#include "passes.h"
#undef NAME
#undef REAL

#define PASSES(DO) DO(relu) DO(relu_back) DO(tanh_back) DO(sigmoid_back)

#define EXPORT(name)                                                                              \
    PUBLIC void neurosim_##name##_d(const double *x, double *y, int64_t n)                        \
    {                                                                                             \
        name##_of_double(x, y, n);                                                                \
    }                                                                                             \
    PUBLIC void neurosim_##name##_f(const float *x, float *y, int64_t n)                          \
    {                                                                                             \
        name##_of_float(x, y, n);                                                                 \
    }
PASSES(EXPORT)
#undef EXPORT

/* Rows of a matrix in another order, a one behind each. */
#define TAKE_ROWS(letter, type)                                                                   \
    PUBLIC void neurosim_take_rows_##letter(const type *X, int64_t n_columns,                     \
                                            const int64_t *order, int64_t n_rows, type *rows)     \
    {                                                                                             \
        for (int64_t i = 0; i < n_rows; i++, rows += n_columns + 1) {                             \
            memcpy(rows, X + order[i] * n_columns, (size_t)n_columns * sizeof *rows);             \
            rows[n_columns] = 1;                                                                  \
        }                                                                                         \
    }
TAKE_ROWS(d, double)
TAKE_ROWS(f, float)
#undef TAKE_ROWS

/* What it was built from, so that a library is not used with other sources. */
#ifndef FINGERPRINT
#define FINGERPRINT unknown
#endif
#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

PUBLIC const char *neurosim_fingerprint(void) { return TEXT(FINGERPRINT); }
