/* Passes over the matrices of an array program, for numbers of one type: each does at once what
   NumPy does in several, with its bits. Included for double and for float, as REAL; NAME gives each
   function a name of its own. A pass may write what it reads, at the same places. */

WIDEST static void NAME(relu)(const REAL *z, REAL *a, int64_t n)
{
    SAME_PLACES
    for (int64_t i = 0; i < n; i++)
        a[i] = z[i] < 0 ? 0 : z[i]; /* asked this way round, NaN stays NaN */
}

WIDEST static void NAME(relu_back)(const REAL *a, REAL *d, int64_t n)
{
    SAME_PLACES
    for (int64_t i = 0; i < n; i++)
        d[i] *= (REAL)(a[i] > 0);
}

WIDEST static void NAME(tanh_back)(const REAL *a, REAL *d, int64_t n)
{
    SAME_PLACES
    for (int64_t i = 0; i < n; i++)
        d[i] *= 1 - a[i] * a[i];
}

WIDEST static void NAME(sigmoid_back)(const REAL *a, REAL *d, int64_t n)
{
    SAME_PLACES
    for (int64_t i = 0; i < n; i++)
        d[i] *= a[i] * (1 - a[i]);
}
