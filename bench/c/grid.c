/* What bench/grid.bench.ts measures, written by hand. Prints a name, a tab and nanoseconds. */
#include "clock.h"

#define N 512
static double at[N], f[N * N], fx[N * N], fy[N * N];
static void himmelblau(void) {
  for (int j = 0; j < N; j++) for (int i = 0; i < N; i++) {
    double x = at[i], y = at[j], a = x * x + y - 11, b = x + y * y - 7;
    f[j * N + i] = a * a + b * b; fx[j * N + i] = 4 * x * a + 2 * b; fy[j * N + i] = 2 * a + 4 * y * b;
  }
}
static void ackley(void) {
  for (int j = 0; j < N; j++) for (int i = 0; i < N; i++) {
    double x = at[i], y = at[j], r = sqrt(0.5 * (x * x + y * y)), e = exp(-0.2 * r);
    double w = exp(0.5 * (cos(2 * M_PI * x) + cos(2 * M_PI * y))), k = 2 * e / r;
    f[j * N + i] = M_E + 20 - 20 * e - w;
    fx[j * N + i] = k * x + M_PI * sin(2 * M_PI * x) * w; fy[j * N + i] = k * y + M_PI * sin(2 * M_PI * y) * w;
  }
}
int main(void) {
  for (int i = 0; i < N; i++) at[i] = -5 + 10.0 * i / (N - 1);
  TIME("himmelblau", 1, himmelblau(); KEEP(f); KEEP(fx); KEEP(fy));
  TIME("ackley", 1, ackley(); KEEP(f); KEEP(fx); KEEP(fy));
}
