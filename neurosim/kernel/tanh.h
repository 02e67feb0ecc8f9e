/* expm1 and tanh of SEVERAL numbers at once, as in fdlibm (see exact.h), which includes this for vectors
   of four and of eight numbers: MM gives each operation its name, NAME each function. */

#define ALL(x) MM(set1_pd)(x)
#define PLUS(a, b, c) MM(fmadd_pd)(a, b, c)                             /* a b + c */
#define LESS(a, b, c) MM(fnmadd_pd)(a, b, c)                            /* c - a b */
#define SIGN(x) ((BITS)(x) & ((uint64_t)1 << 63))
#define SIZE(x) ((SEVERAL)((BITS)(x) & (UINT64_MAX >> 1)))
#define SIGNED(x, sign) ((SEVERAL)((BITS)(x) | (sign)))
#define SCALED(x, shifted) ((SEVERAL)((BITS)(x) + ((BITS)(shifted) << 52))) /* 2^k x, of 1.5 * 2^52 + k */

/* expm1 of u, from -2 to 44 and not between .35 and 2. */
TARGET SEVERAL NAME(expm1)(SEVERAL u)
{
    const SEVERAL shift = ALL(0x1.8p52), one = ALL(1.0), half = ALL(0.5), size = SIZE(u);
    const BITS sign = SIGN(u);
    SEVERAL k = PLUS(ALL(1.44269504088896338700e+00), u, SIGNED(half, sign));
    k = TRUNCATED(k);
    k = WHERE(IS(size, _CMP_LT_OQ, ALL(0x1.0a2b2p0)), SIGNED(one, sign), k);
    k = WHERE(IS(size, _CMP_LT_OQ, ALL(0x1.62e43p-2)), ALL(0.0), k);
    const SEVERAL high = LESS(k, ALL(6.93147180369123816490e-01), u);
    const SEVERAL low = k * ALL(1.90821492927058770002e-10), x = high - low, c = (high - x) - low;
    const SEVERAL x_half = half * x, xx = x * x_half, xx2 = xx * xx, xx4 = xx2 * xx2;
    const SEVERAL r1 = PLUS(xx, ALL(-3.33333333333331316428e-02), one);
    const SEVERAL r2 = PLUS(xx, ALL(-7.93650757867487942473e-05), ALL(1.58730158725481460165e-03));
    const SEVERAL r3 = PLUS(xx, ALL(-2.01099218183624371326e-07), ALL(4.00821782732936239552e-06));
    const SEVERAL r = PLUS(xx4, r3, PLUS(xx2, r2, r1)), t = LESS(r, x_half, ALL(3.0));
    const SEVERAL near = xx * ((r - t) / LESS(x, t, ALL(6.0)));
    const SEVERAL e = MM(fmsub_pd)(x, near - c, c) - xx;
    const SEVERAL shifted = shift + k, power = SCALED(one, shift - k); /* 2^-k */
    const SEVERAL below = SCALED(one - (e - x), shifted) - one;        /* k < -1 */
    const SEVERAL middle = SCALED((one - power) - (e - x), shifted);   /* 1 < k < 20 */
    const SEVERAL above = SCALED((x - (e + power)) + one, shifted);
    SEVERAL found = WHERE(IS(k, _CMP_LT_OQ, ALL(20.0)), middle, above);
    found = WHERE(IS(k, _CMP_LT_OQ, ALL(-1.0)), below, found);
    found = WHERE(IS(k, _CMP_EQ_OQ, ALL(-1.0)), half * (x - e) - half, found);
    return WHERE(IS(k, _CMP_EQ_OQ, ALL(0.0)), x - MM(fmsub_pd)(x, near, xx), found);
}

/* tanh of any numbers; beyond 22 it is 1. */
TARGET SEVERAL NAME(tanh)(SEVERAL x)
{
    const SEVERAL one = ALL(1.0), two = ALL(2.0), size = MM(min_pd)(SIZE(x), ALL(22.0));
    const MASK is_large = IS(size, _CMP_GE_OQ, one);
    const SEVERAL t = NAME(expm1)(WHERE(is_large, two, ALL(-2.0)) * size);
    const SEVERAL ratio = WHERE(is_large, two, -t) / (t + two);
    const SEVERAL found = SIGNED(WHERE(is_large, one - ratio, ratio), SIGN(x));
    return WHERE(IS(x, _CMP_UNORD_Q, x), x, found);
}

#undef ALL
#undef PLUS
#undef LESS
#undef SIGN
#undef SIZE
#undef SIGNED
#undef SCALED
#undef NAME
#undef SEVERAL
#undef BITS
#undef MASK
#undef TARGET
#undef MM
#undef TRUNCATED
#undef IS
#undef WHERE
