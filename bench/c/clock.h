/* The least time of a call, printed with its name. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e9 + t.tv_nsec;
}

#define KEEP(x) asm volatile("" : : "r"(x) : "memory")
/* The least nanoseconds of a call, of 60 rounds. */
#define TIME(name, count, call) do { double least = 1e18; for (int r = 0; r < 60; r++) { double start = now(); \
  for (int c = 0; c < count; c++) { call; } double each = (now() - start) / count; if (each < least) least = each; } \
  printf("%s\t%.1f\n", name, least); } while (0)
