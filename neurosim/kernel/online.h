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
