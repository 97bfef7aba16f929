/* What bench/speed.bench.ts measures, written by hand. Prints a name, a tab and nanoseconds. */
#include "clock.h"
#include <string.h>

typedef void (*kernel)(const double *x, double *out, int n);

static __attribute__((noinline)) void surface(const double *x, double *g, int n) {
  (void)n;
  g[0] = x[1] * x[1];
  g[1] = 2 * (x[0] + 5) * x[1];
}

static __attribute__((noinline)) void rosenbrock(const double *restrict x, double *restrict g, int n) {
  g[0] = -400 * x[0] * (x[1] - x[0] * x[0]) - 2 * (1 - x[0]);
  for (int i = 1; i < n - 1; i++)
    g[i] = 200 * (x[i] - x[i - 1] * x[i - 1]) - 400 * x[i] * (x[i + 1] - x[i] * x[i]) - 2 * (1 - x[i]);
  g[n - 1] = 200 * (x[n - 1] - x[n - 2] * x[n - 2]);
}

static __attribute__((noinline)) void hessian(const double *restrict x, double *restrict h, int n) {
  memset(h, 0, sizeof(double) * n * n);
  for (int i = 0; i < n - 1; i++) {
    h[i * n + i] += 1200 * x[i] * x[i] - 400 * x[i + 1] + 2;
    h[(i + 1) * n + i + 1] += 200;
    h[i * n + i + 1] = h[(i + 1) * n + i] = -400 * x[i];
  }
}

static void measure(const char *name, kernel f, int n, int size) {
  double *x = malloc(sizeof(double) * n), *out = malloc(sizeof(double) * size);
  for (int i = 0; i < n; i++) x[i] = sin(i);
  long count = 1;
  double least = INFINITY;
  for (int round = 0; round < 15;) {
    double start = now();
    for (long i = 0; i < count; i++) {
      x[0] = 1e-3 * (i & 1023);
      f(x, out, n);
      __asm__ volatile("" ::: "memory");
    }
    double spent = now() - start;
    if (spent < 5e6) {
      count *= 2;
      continue;
    }
    if (spent / count < least) least = spent / count;
    round++;
  }
  printf("%s\t%g\n", name, least);
  free(x);
  free(out);
}

static __attribute__((noinline)) double descend(int steps) {
  double x = 0;
  for (int i = 0; i < steps; i++) x -= 0.1 * (6 * x + 2);
  return x;
}

static __attribute__((noinline)) double adam(int n, int steps) {
  double x[100], g[100], m[100] = {0}, v[100] = {0}, p = 1, q = 1;
  for (int i = 0; i < n; i++) x[i] = -1;
  for (int k = 0; k < steps; k++) {
    rosenbrock(x, g, n);
    p *= 0.9;
    q *= 0.999;
    double rate = 0.001 * sqrt(1 - q) / (1 - p);
    for (int i = 0; i < n; i++) {
      m[i] += (g[i] - m[i]) * 0.1;
      v[i] += (g[i] * g[i] - v[i]) * 0.001;
      x[i] -= rate * m[i] / (sqrt(v[i]) + 1e-7);
    }
  }
  return x[0];
}

int main(void) {
  measure("surface", surface, 2, 2);
  int sizes[] = {2, 10, 1000, 10000, 0};
  char name[64];
  for (int *n = sizes; *n; n++) {
    snprintf(name, sizeof name, "gradient %d", *n);
    measure(name, rosenbrock, *n, *n);
  }
  measure("hessian 10", hessian, 10, 100);
  measure("hessian 50", hessian, 50, 2500);
  volatile double keep;
  double least = INFINITY, other = INFINITY;
  for (int round = 0; round < 15; round++) {
    double start = now();
    keep = descend(1000000);
    if (now() - start < least) least = now() - start;
    start = now();
    keep = adam(100, 10000);
    if (now() - start < other) other = now() - start;
  }
  (void)keep;
  printf("sgd\t%g\nadam\t%g\n", least / 1000000, other / 10000);
  return 0;
}
