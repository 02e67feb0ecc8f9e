/* An update with options: penalties on named parameters, clipping, rates of their own, weight decay
   and max-norm, in the walk's order. Included by kernel.c. */

/* The norms of groups of parameters that learn, and then what their numbers are multiplied by. */
static void factors_of(const Problem *p, const double *x, const Index *group, int is_max_norm)
{
    double *factor = p->norms;
    memset(factor, 0, p->n_norms * sizeof(double));
    for (int64_t i = 0; i < p->n_parameters; i++)
        if (p->learns[i] && group[i] < p->n_norms)
            factor[group[i]] += x[i] * x[i];
    for (int64_t k = 0; k < p->n_norms; k++) {
        const double norm = sqrt(factor[k]), limit = is_max_norm ? p->norm_limits[k] : p->clip_limit;
        factor[k] = is_max_norm ? norm > limit ? limit / (norm + 1e-7) : 1.0
                                : smaller(1.0, limit / (norm + 1e-6));
    }
}

static void reduce_adjusted(const Problem *p, double *gradient, int64_t rows)
{
    const double divisor = p->is_mean ? (double)rows : 1.0;
    for (int64_t i = 0; i < p->n_parameters; i++) {
        double extra = 0.0, w = p->theta[i];
        for (int64_t k = 0; k < p->n_penalties; k++) {
            if (!p->is_penalized[k * p->n_parameters + i])
                continue;
            if (p->l1[k] >= 0.0)
                extra += p->l1[k] * sign(w) / (double)rows;
            if (p->l2[k] >= 0.0)
                extra += p->l2[k] * w / (double)rows;
        }
        gradient[i] = gradient[i] / divisor + extra;
    }
}

static void clip(const Problem *p, double *gradient)
{
    const double limit = p->clip_limit;
    if (p->clip_groups) {
        factors_of(p, gradient, p->clip_groups, 0);
        for (int64_t i = 0; i < p->n_parameters; i++)
            gradient[i] = p->norms[p->clip_groups[i]] * gradient[i];
    } else
        for (int64_t i = 0; i < p->n_parameters; i++)
            gradient[i] = larger(smaller(gradient[i], limit), -limit);
}

/* As update. */
static int update_adjusted(const Problem *p, double *gradient, int64_t rows, int64_t count)
{
    const int64_t n = p->n_parameters;
    double *first = p->memory, *second = first + n, *third = second + n;
    const double scale = p->base_rate != 0.0 ? p->rate / p->base_rate : 1.0;
    const Corrections with = corrections(p, count);
    const double *o = p->options, c1 = with.c1, c2 = with.c2, mu = with.mu, ahead = with.ahead;
    uint64_t wild = 0;
    (void)c1, (void)c2, (void)mu, (void)ahead;
    reduce_adjusted(p, gradient, rows);
    if (p->clip_limit > 0.0)
        clip(p, gradient);
    for (int64_t i = 0; i < n; i++) {
        const double rate = isnan(p->own_rates[i]) ? p->rate : p->own_rates[i] * scale;
        const double before = p->theta[i], g = gradient[i];
        double w = before, m = first[i], s = 0.0, u = 0.0;
        if (!p->learns[i])
            continue;
#define CASE(name, slots, ...)                                                                    \
    case CODE_##name:                                                                             \
        if (slots > 1) s = second[i];                                                             \
        if (slots > 2) u = third[i];                                                              \
        { __VA_ARGS__ }                                                                           \
        if (slots > 0) first[i] = m;                                                              \
        if (slots > 1) second[i] = s;                                                             \
        if (slots > 2) third[i] = u;                                                              \
        break;
        switch (p->optimizer) { OPTIMIZERS(CASE) }
#undef CASE
        p->theta[i] = w - rate * p->decay[i] * before;
        wild |= wildness(m) | wildness(s) | wildness(u);
    }
    if (p->has_max_norm) {
        factors_of(p, p->theta, p->norm_groups, 1);
        for (int64_t i = 0; i < n; i++)
            if (p->learns[i] && p->norm_groups[i] < p->n_norms)
                p->theta[i] = p->theta[i] * p->norms[p->norm_groups[i]];
    }
    for (int64_t i = 0; i < n; i++)
        wild |= p->learns[i] ? wildness(p->theta[i]) : 0;
    return IS_WILD(wild);
}
