"""Times on one thread; imported before the libraries that it holds to that."""
import os
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")


def clock(name, body):
    for _ in range(5):
        body()
    times = []
    for _ in range(25):
        start = time.perf_counter_ns()
        body()
        times.append(time.perf_counter_ns() - start)
    print(f"{name}\t{min(times)}")
