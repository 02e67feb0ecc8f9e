/* The formulas of neurosim/functions in C: each has the name of its scalar form in Python and the
   same operations in the same order, so that both give the same bits. A test holds them equal.

   Python's max(a, b) is b where b > a, else a; min(a, b) is b where b < a, else a. */

#include <math.h>
#include <stdint.h>

static inline double larger(double a, double b) { return b > a ? b : a; }
static inline double smaller(double a, double b) { return b < a ? b : a; }

/* --- aggregations of n terms t: the value, and in s the slope by each of them */

static inline double agg_sum(const double *t, double *s, uint32_t n)
{
    double total = 0.0;
    for (uint32_t k = 0; k < n; k++)
        total += t[k], s[k] = 1.0;
    return total;
}

static inline double agg_mean(const double *t, double *s, uint32_t n)
{
    double total = 0.0;
    for (uint32_t k = 0; k < n; k++)
        total += t[k], s[k] = 1.0 / (double)n;
    return n ? total / (double)n : 0.0;
}

static inline double agg_product(const double *t, double *s, uint32_t n)
{
    double product = 1.0, behind = 1.0;
    for (uint32_t k = 0; k < n; k++) {
        s[k] = product;
        product *= t[k];
    }
    for (uint32_t k = n; k-- > 0;) {
        s[k] *= behind;
        behind *= t[k];
    }
    return product;
}

/* The first of the largest terms, or, with sign -1, of the least; NaN before all. */
static inline double agg_extreme(const double *t, double *s, uint32_t n, double sign)
{
    uint32_t best = 0;
    for (uint32_t k = 0; k < n; k++) {
        s[k] = 0.0;
        if (sign * t[k] > sign * t[best] || (isnan(t[k]) && !isnan(t[best])))
            best = k;
    }
    if (n)
        s[best] = 1.0;
    return n ? t[best] : 0.0;
}

static inline double agg_max(const double *t, double *s, uint32_t n)
{
    return agg_extreme(t, s, n, 1.0);
}

static inline double agg_min(const double *t, double *s, uint32_t n)
{
    return agg_extreme(t, s, n, -1.0);
}

/* The options of activations that are learned: the activation, the option's number, and the slope of
   the output by it. */
#define LEARNED(_) _(prelu, 0, smaller(z, 0.0))

#define AGGREGATIONS(X) X(sum) X(product) X(max) X(min) X(mean)

/* --- activations: value of z; slope of z and a */

#define LOWEST (-709.0)
#define SELU_ALPHA 1.6732632423543772
#define SELU_SCALE 1.0507009873554805
#define SQRT_HALF 0.7071067811865476
#define NORMAL_PEAK 0.3989422804014327
#define GELU_C 1.5957691216057308
#define GELU_K 0.044715

static inline double sigmoid(double z) { return z < LOWEST ? exp(z) : 1.0 / (1.0 + exp(-z)); }

static inline double gated(double z, double u)
{
    return u < LOWEST ? z * exp(u) : z / (1.0 + exp(-u));
}

static inline double near_gate(double u, double e) { return (u > 0.0 ? 1.0 : e) / (1.0 + e); }
static inline double far_gate(double u, double e) { return (u > 0.0 ? e : 1.0) / (1.0 + e); }

static inline double softplus(double z) { return larger(z, 0.0) + log1p(exp(-fabs(z))); }

static inline double softsign_slope(double z)
{
    double n = 1.0 / (1.0 + fabs(z));
    return n * n;
}

static inline double gelu_cut(double z) { return larger(smaller(z, 100.0), -100.0); }
static inline double gelu_gate(double y) { return GELU_C * (y + GELU_K * y * y * y); }

static inline double gelu_tanh_slope(double z)
{
    double y = gelu_cut(z), u = gelu_gate(y), e = exp(-fabs(u));
    double s = near_gate(u, e), r = far_gate(u, e);
    return s + y * (s * r * (GELU_C * (1.0 + 3.0 * GELU_K * y * y)));
}

static inline double swish_slope(double z)
{
    double e = exp(-fabs(z)), s = near_gate(z, e), r = far_gate(z, e);
    return s * (1.0 + z * r);
}

static inline double mish(double z)
{
    double e = exp(-fabs(z));
    if (z > 0.0)
        return z * ((1.0 + 2.0 * e) / (1.0 + 2.0 * e + 2.0 * e * e));
    return z * (e * (2.0 + e) / (2.0 + 2.0 * e + e * e));
}

static inline double mish_slope(double z)
{
    double e = exp(-fabs(z)), n, t, rest;
    if (z > 0.0) {
        n = 1.0 + 2.0 * e + 2.0 * e * e;
        t = (1.0 + 2.0 * e) / n;
        rest = 4.0 * e * e * (1.0 + e) / (n * n);
    } else {
        n = 2.0 + 2.0 * e + e * e;
        t = e * (2.0 + e) / n;
        rest = 4.0 * e * (1.0 + e) / (n * n);
    }
    return t + z * rest;
}

static inline double hard_gate(double z)
{
    double shifted = z + 3.0;
    return shifted <= 0.0 ? 0.0 : smaller(shifted, 6.0);
}

static inline double hard_swish_slope(double z)
{
    return z <= -3.0 ? 0.0 : z >= 3.0 ? 1.0 : z / 3.0 + 0.5;
}

static inline double clipped(double z, double low, double high)
{
    return larger(smaller(z, high), low);
}

/* name, value, slope; q are the values of the options, in their order */
#define ACTIVATIONS(_)                                                                            \
    _(identity, z, 1.0)                                                                           \
    _(sigmoid, sigmoid(z), a * (1.0 - a))                                                         \
    _(tanh, tanh(z), 1.0 - a * a)                                                                 \
    _(relu, larger(z, 0.0), z > 0.0 ? 1.0 : 0.0)                                                  \
    _(leaky_relu, z > 0.0 ? z : q[0] * z, z > 0.0 ? 1.0 : q[0])                                   \
    _(prelu, z > 0.0 ? z : q[0] * z, z > 0.0 ? 1.0 : q[0])                                        \
    _(elu, z > 0.0 ? z : q[0] * expm1(z), z > 0.0 ? 1.0 : q[0] * exp(z))                          \
    _(celu, z > 0.0 ? z : q[0] * expm1(z / q[0]), z > 0.0 ? 1.0 : exp(z / q[0]))                  \
    _(selu, SELU_SCALE * (z > 0.0 ? z : SELU_ALPHA * expm1(z)),                                   \
      z > 0.0 ? SELU_SCALE : SELU_SCALE * SELU_ALPHA * exp(z))                                    \
    _(softplus, softplus(q[0] * z) / q[0], sigmoid(q[0] * z))                                     \
    _(softsign, z / (1.0 + fabs(z)), softsign_slope(z))                                           \
    _(gelu, 0.5 * z * erfc(-z * SQRT_HALF),                                                       \
      0.5 * erfc(-z * SQRT_HALF) + z * NORMAL_PEAK * exp(-0.5 * z * z))                           \
    _(gelu_tanh, gated(z, gelu_gate(gelu_cut(z))), gelu_tanh_slope(z))                            \
    _(swish, gated(z, z), swish_slope(z))                                                         \
    _(mish, mish(z), mish_slope(z))                                                               \
    _(hard_sigmoid, hard_gate(z) / 6.0, -3.0 < z && z < 3.0 ? 1.0 / 6.0 : 0.0)                    \
    _(hard_swish, z * (hard_gate(z) / 6.0), hard_swish_slope(z))                                  \
    _(hardtanh, clipped(z, q[0], q[1]), q[0] < z && z < q[1] ? 1.0 : 0.0)                         \
    _(relu6, clipped(z, 0.0, 6.0), 0.0 < z && z < 6.0 ? 1.0 : 0.0)                                \
    _(abs, fabs(z), z != 0.0 ? copysign(1.0, z) : 0.0)                                            \
    _(square, z * z, 2.0 * z)                                                                     \
    _(gaussian, exp(-z * z), -2.0 * (z * a))                                                      \
    _(sin, isfinite(z) ? sin(z) : NAN, isfinite(z) ? cos(z) : NAN)                                \
    _(step, z >= 0.0 ? 1.0 : larger(z, 0.0), 0.0)

/* --- losses: value and slope of x, an output or net input, and its target t; q is the value of the
   option */

static inline double half_square(double e) { return 0.5 * (e * e); }
static inline double square(double e) { return e * e; }
static inline double sign(double e) { return e != 0.0 ? copysign(1.0, e) : 0.0; }

static inline double huber(double x, double t, double delta)
{
    double e = fabs(t - x);
    return e <= delta ? 0.5 * (e * e) : delta * (e - 0.5 * delta);
}

static inline double huber_slope(double e, double delta)
{
    return e > delta ? delta : larger(e, -delta);
}

static inline double log_or_infinite(double x)
{
    return x > 0.0 ? log(x) : x == 0.0 ? -INFINITY : NAN;
}

static inline double bernoulli(double x, double t)
{
    double loss = t != 0.0 ? -t * log_or_infinite(x) : 0.0;
    if (t != 1.0)
        loss -= (1.0 - t) * (x < 1.0 ? log1p(-x) : log_or_infinite(1.0 - x));
    return 0.0 <= x && x <= 1.0 ? loss : NAN;
}

static inline double bernoulli_slope(double x, double t)
{
    double below = x * (1.0 - x);
    if (x == t)
        return 0.0 < x && x < 1.0 ? 0.0 : x == 1.0 ? -1.0 : 1.0;
    return below != 0.0 ? (x - t) / below : copysign(INFINITY, x - t);
}

static inline double logistic(double z, double t)
{
    return t * softplus(-z) + (1.0 - t) * softplus(z);
}

/* name, value, slope */
#define FORMULAS(_)                                                                               \
    _(half_square, half_square(x - t), x - t)                                                     \
    _(square, square(x - t), -2.0 * (t - x))                                                      \
    _(absolute, fabs(t - x), sign(x - t))                                                         \
    _(huber, huber(x, t, q), huber_slope(x - t, q))                                               \
    _(bernoulli, bernoulli(x, t), bernoulli_slope(x, t))                                          \
    _(logistic, logistic(x, t), x - t)                                                            \
    _(step_square, half_square((x >= 0.0 ? 1.0 : larger(x, 0.0)) - t), x - t)                     \
    _(hinge, larger(1.0 - t * x, 0.0), 1.0 - t * x > 0.0 ? -t : 0.0)

/* --- optimizers: w and its memory m, s, u after an update, from the gradient g; o are the
   options in the order of the rule's fields behind the learning rate, c1 and c2 the corrections of
   this update */

static inline double ratio(double above, double below)
{
    return below != 0.0 ? above / below : above * INFINITY;
}

#define MEAN(x, beta, g) ((beta) * (x) + (1.0 - (beta)) * (g))
#define MEAN_SQUARE(x, beta, g) ((beta) * (x) + (1.0 - (beta)) * (g) * (g))

/* name, memory slots, statements */
#define OPTIMIZERS(_)                                                                             \
    _(sgd, 0, w = w - rate * g;)                                                                  \
    _(momentum, 1, m = o[0] * m + g; w = w - rate * m;)                                           \
    _(nesterov, 1, m = o[0] * m + g; w = w - rate * (g + o[0] * m);)                              \
    _(rmsprop, 1, m = MEAN_SQUARE(m, o[0], g); w = w - ratio(rate * g, sqrt(m) + o[1]);)          \
    _(adagrad, 1, m = m + g * g; w = w - ratio(rate * g, sqrt(m) + o[0]);)                        \
    _(adadelta, 2, m = MEAN_SQUARE(m, o[0], g);                                                   \
      double step = ratio(sqrt(s + o[1]), sqrt(m + o[1])) * g;                                    \
      s = MEAN_SQUARE(s, o[0], step); w = w - rate * step;)                                       \
    _(rprop, 2, double turn = g * m;                                                              \
      double eta = turn > 0.0 ? o[1] : turn < 0.0 ? o[0] : 1.0;                                   \
      s = larger(smaller((s > 0.0 ? s : rate) * eta, o[3]), o[2]); m = turn < 0.0 ? 0.0 : g;      \
      w = m > 0.0 ? w - s : m < 0.0 ? w + s : w;)                                                 \
    _(adam, 2, m = MEAN(m, o[0], g); s = MEAN_SQUARE(s, o[1], g);                                 \
      w = w - ratio(rate / c1 * m, sqrt(s) / sqrt(c2) + o[2]);)                                   \
    _(sklearn_adam, 2, m = MEAN(m, o[0], g); s = MEAN(s, o[1], g * g);                            \
      w = w - ratio(rate * sqrt(c2) / c1 * m, sqrt(s) + o[2]);)                                   \
    _(keras_adam, 2, m = m + (g - m) * (1.0 - o[0]); s = s + (g * g - s) * (1.0 - o[1]);          \
      w = w - ratio(m * (rate * sqrt(c2) / c1), sqrt(s) + o[2]);)                                 \
    _(adamw, 2, w = w * (1.0 - rate * o[3]); m = MEAN(m, o[0], g); s = MEAN_SQUARE(s, o[1], g);   \
      w = w - ratio(rate / c1 * m, sqrt(s) / sqrt(c2) + o[2]);)                                   \
    _(adamax, 2, m = MEAN(m, o[0], g); s = larger(fabs(g) + o[2], o[1] * s);                      \
      w = w - ratio(rate / c1 * m, s);)                                                           \
    _(nadam, 3, u = u * mu; m = MEAN(m, o[0], g); s = MEAN_SQUARE(s, o[1], g);                    \
      double below = sqrt(s / c2) + o[2];                                                         \
      double now = ratio(rate * (1.0 - mu) / (1.0 - u) * g, below);                               \
      w = w - now - ratio(rate * ahead / (1.0 - u * ahead) * m, below);)
