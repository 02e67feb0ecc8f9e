/* SGD by one sample after the other in the layers of layers.h, which includes this: four neurons of
   a layer are in a vector. */

FUSED_INLINE void forward_online(const Problem *p, const Layer *layers, const double *x)
{
    for (const Layer *l = layers; l < layers + p->n_groups; l++) {
        const Four *w = (const Four *)l->weights;
        for (Index b = 0; b * 4 < l->size; b++, w += l->width) {
            Four z = l->width > l->n ? w[l->n] : all(0.0);
            for (Index k = 0; k < l->n; k++)
                z += w[k] * all(x[k]);
            l->net[b] = z, l->output[b] = activate_four(p->in_vectors, l->code, l->q, z);
        }
        x = (const double *)l->output;
    }
}

/* The loss of a row, and the slopes by the outputs, which are the last layer's. */
FUSED_INLINE double begin_deltas(const Problem *p, const Layer *last, int64_t row)
{
    const double *T = p->T + row * p->n_outputs, divisor = *p->divisor;
    const Four *found = *p->by_net_input ? last->net : last->output;
    const int code = *p->formula; /* of all outputs */
    double part = 0.0;
    for (int64_t b = 0, left = p->n_outputs; left > 0; b++, left -= 4, T += 4) {
        const int64_t count = left < 4 ? left : 4;
        double parts[4], slopes[4] = {0};
        if (is_square(code)) {
            const Four there = (Four)first_of_four(left);
            const Four t = _mm256_maskload_pd(T, (__m256i)there);
            last->delta[b] = _mm256_and_pd(slopes_of_squares(code, last->output[b], t), there);
            _mm256_storeu_pd(parts, squares(code, found[b], t));
        } else {
            const double *x = (double *)(found + b), *a = (double *)(last->output + b);
            for (int64_t o = 0; o < count; o++) {
                parts[o] = formula_value(code, *p->formula_choice, x[o], T[o]);
                slopes[o] = formula_slope(code, *p->formula_choice, a[o], T[o]);
            }
            last->delta[b] = _mm256_loadu_pd(slopes);
        }
        for (int64_t o = 0; o < count; o++)
            part += parts[o];
        if (divisor != 1.0)
            last->delta[b] = last->delta[b] / all(divisor);
    }
    return divisor != 1.0 ? part / divisor : part;
}

/* The errors of four neurons, those from 4 b on. */
FUSED_INLINE Four errors_online(const Layer *next, Index b)
{
    const Four *w = (const Four *)next->weights + b * 4;
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
    Four *w = (Four *)l->weights;
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

/* Train on a row; its loss. */
FUSED double train_online(Chunk *c, int64_t row)
{
    const Problem *p = c->of;
    const double *x = p->X + row * p->n_inputs;
    const Layer *layers = c->layers, *last = layers + p->n_groups - 1;
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
    c->is_wild = is_wild_in(wild);
    return 0.0 + loss;
}

/* --- layers of four neurons at most, in a vector each */

FUSED double train_narrow_carefully(Chunk *c, int64_t row);

/* The outputs of a layer; wrong ones where a net input is far. */
FUSED_INLINE Four activate_narrow(const Layer *l, Four z, int *is_far)
{
    if (l->code == OF_relu)
        return _mm256_max_pd(all(0.0), z);
    if (l->code == OF_tanh)
        return tanh_of_four(z);
    *is_far |= is_far_in(z);
    return l->size == 1 ? near_sigmoid(z, 1) : near_sigmoid(z, 0);
}

FUSED_INLINE Four add_terms_narrow(const Layer *l, Four x)
{
    const Four *w = (const Four *)l->weights, none = all(0.0);
    const Index size = l->size;
    const Four products[4] = {
        w[0] * x, size > 1 ? (Four)(w[1] * x) : none, size > 2 ? (Four)(w[2] * x) : none,
        size > 3 ? (Four)(w[3] * x) : none,
    };
    return add_columns(l->width > l->n ? w[size] : none, products, l->n);
}

/* The errors of the layer before, given the deltas of this one. */
FUSED_INLINE Four errors_narrow(const Layer *l, Four d)
{
    const Four *w = (const Four *)l->weights;
    Four total = w[0] * all(d[0]);
    if (l->size > 1)
        total += w[1] * all(d[1]);
    if (l->size > 2)
        total += w[2] * all(d[2]);
    if (l->size > 3)
        total += w[3] * all(d[3]);
    return total;
}

FUSED_INLINE void move_narrow(Four *w, Four step, Wild *wild)
{
    *w -= step;
    *wild |= wildness_of_four(*w);
}

/* Train on a row with so many layers, and its loss. Before anything is written it is known whether a
   number is far: then all is done again, by `is_careful`. No weight is -0, nor becomes it: so zeros
   need no sign, and sums need not begin with 0. */
FUSED_INLINE double train_narrow_by(Chunk *c, int64_t row, int depth, int is_careful)
{
    const Problem *p = c->of;
    const double *x = p->X + row * p->n_inputs;
    const Layer *first = c->layers, *last = first + depth - 1;
    const int code = *p->formula, by_net_input = *p->by_net_input;
    Four net[MOST_NARROW], output[MOST_NARROW], delta[MOST_NARROW];
    Four *w = (Four *)first->weights, z = first->width > first->n ? w[first->n] : all(0.0);
    int is_far = 0;
    for (Index k = 0; k < first->n; k++)
        z += w[k] * all(x[k]);
#pragma GCC unroll 4
    for (int i = 0; i < depth; i++) {
        const Layer *l = first + i;
        if (i)
            z = add_terms_narrow(l, output[i - 1]);
        net[i] = z;
        output[i] = is_careful ? activate_four(p->in_vectors, l->code, l->q, z)
                               : activate_narrow(l, z, &is_far);
    }
    if (is_far)
        return train_narrow_carefully(c, row);
    const Four a = output[depth - 1];
    const Four t = _mm256_maskload_pd(p->T + row * p->n_outputs, first_of_four(last->size));
    const Four parts = squares(code, by_net_input ? z : a, t);
    Four d = slopes_of_squares(code, a, t);
#pragma GCC unroll 4
    for (int i = depth - 1; i >= 0; i--) {
        const Layer *l = first + i;
        if (i < depth - 1 || !by_net_input)
            d = multiplied_slopes(l->code, l->q, net[i], output[i], d);
        delta[i] = d;
        if (i)
            d = errors_narrow(l, d);
    }
    const Four rate = all(p->rate), own = _mm256_and_pd(rate, (Four)first_of_four(first->size));
    Wild wild = {0};
    for (Index k = 0; k < first->n; k++)
        move_narrow(w + k, own * (all(x[k]) * d), &wild);
    if (first->width > first->n)
        move_narrow(w + first->n, own * d, &wild);
#pragma GCC unroll 4
    for (int i = 1; i < depth; i++) {
        const Layer *l = first + i;
        const Index size = l->size;
        const Four mine = _mm256_and_pd(rate, (Four)first_of_four(l->n)), d = delta[i];
        const Four x = output[i - 1];
        w = (Four *)l->weights;
        move_narrow(w, mine * (x * all(d[0])), &wild);
        if (size > 1)
            move_narrow(w + 1, mine * (x * all(d[1])), &wild);
        if (size > 2)
            move_narrow(w + 2, mine * (x * all(d[2])), &wild);
        if (size > 3)
            move_narrow(w + 3, mine * (x * all(d[3])), &wild);
        if (l->width > l->n)
            move_narrow(w + size, _mm256_and_pd(rate, (Four)first_of_four(size)) * d, &wild);
    }
    c->is_wild = is_wild_in(wild);
    double loss = 0.0 + parts[0];
    for (Index o = 1; o < last->size; o++)
        loss += parts[o];
    return loss;
}

FUSED double train_narrow_carefully(Chunk *c, int64_t row)
{
    return train_narrow_by(c, row, (int)c->of->n_groups, 1);
}

FUSED double train_narrow(Chunk *c, int64_t row)
{
    switch (c->of->n_groups) {
    case 1: return train_narrow_by(c, row, 1, 0);
    case 2: return train_narrow_by(c, row, 2, 0);
    default: return train_narrow_by(c, row, MOST_NARROW, 0);
    }
}
