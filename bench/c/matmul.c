/* What bench/matmul.bench.ts measures, written by hand. Prints a name, a tab and nanoseconds. */
#include "clock.h"

enum { M = 1000, N = 100, B = 64, I = 784, H = 128, LONG = 10000 };

static double a[M * N], y[M], w[N], g[LONG], x[LONG], m[N], v[N], b1 = 1, b2 = 1;

/* The two large products of the network's gradient; the others are a hundredth of them. */
#define NETWORK(REAL) \
static REAL x_##REAL[B * I], xt_##REAL[I * B], w_##REAL[I * H], h_##REAL[B * H], d_##REAL[B * H], g_##REAL[I * H]; \
static void multiply_##REAL(const REAL *a, const REAL *b, REAL *c, int m, int k, int n) { \
  for (int i = 0; i < m * n; i++) c[i] = 0; \
  for (int i = 0; i < m; i += 4) for (int p = 0; p < k; p++) for (int r = i; r < i + 4; r++) { \
    REAL left = a[r * k + p]; \
    for (int j = 0; j < n; j++) c[r * n + j] += left * b[p * n + j]; \
  } \
} \
static void network_##REAL(void) { \
  multiply_##REAL(x_##REAL, w_##REAL, h_##REAL, B, I, H); \
  for (int i = 0; i < B * H; i++) d_##REAL[i] = h_##REAL[i] > 0 ? 0.01 : 0; \
  multiply_##REAL(xt_##REAL, d_##REAL, g_##REAL, I, B, H); \
} \
static void fill_##REAL(void) { \
  for (int i = 0; i < B * I; i++) x_##REAL[i] = 0.05 * sin(i); \
  for (int i = 0; i < I * H; i++) w_##REAL[i] = 0.05 * cos(i); \
  for (int b = 0; b < B; b++) for (int i = 0; i < I; i++) xt_##REAL[i * B + b] = x_##REAL[b * I + i]; \
}
NETWORK(double)
NETWORK(float)

static void squares(void) {
  for (int j = 0; j < N; j++) g[j] = 0;
  for (int i = 0; i < M; i++) {
    double r = -y[i];
    for (int j = 0; j < N; j++) r += a[i * N + j] * w[j];
    for (int j = 0; j < N; j++) g[j] += 2 * r * a[i * N + j];
  }
}

__attribute__((noinline)) static double gradient(const double *x, double *g, int n) {
  double f = 0;
  for (int i = 0; i < n; i += 2) {
    double t = x[i + 1] - x[i] * x[i], u = 1 - x[i];
    f += 100 * t * t + u * u; g[i] = -400 * x[i] * t - 2 * u; g[i + 1] = 200 * t;
  }
  return f;
}

__attribute__((noinline)) static void step(double *x, double *g, double *m, double *v, double rate) {
  for (int i = 0; i < N; i += 2) {
    double t = x[i + 1] - x[i] * x[i];
    g[i] = -400 * x[i] * t - 2 * (1 - x[i]); g[i + 1] = 200 * t;
  }
  b1 *= 0.9; b2 *= 0.999;
  double r = rate * sqrt(1 - b2) / (1 - b1);
  for (int i = 0; i < N; i++) {
    m[i] += 0.1 * (g[i] - m[i]); v[i] += 0.001 * (g[i] * g[i] - v[i]);
    x[i] -= r * m[i] / (sqrt(v[i]) + 1e-7);
  }
}

int main(void) {
  volatile double f;
  for (int i = 0; i < LONG; i++) x[i] = sin(i);
  TIME("rosenbrock 100", 1000, f = gradient(x, g, 100); KEEP(g));
  TIME("rosenbrock 1000", 100, f = gradient(x, g, 1000); KEEP(g));
  TIME("rosenbrock 10000", 10, f = gradient(x, g, LONG); KEEP(g));
  for (int i = 0; i < N; i++) x[i] = 0.3;
  TIME("adam", 1000, step(x, g, m, v, 1e-3); KEEP(x));
  for (int i = 0; i < M * N; i++) a[i] = sin(i);
  for (int i = 0; i < M; i++) y[i] = cos(i);
  TIME("squares", 5, squares(); KEEP(g));
  fill_double();
  fill_float();
  TIME("network float64", 1, network_double(); KEEP(g_double));
  TIME("network float32", 1, network_float(); KEEP(g_float));
}
