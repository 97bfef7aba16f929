"""What bench/matmul.bench.ts measures, with whichever of NumPy, PyTorch and JAX is installed, on one thread.

Prints a name, a tab and nanoseconds: the least of several rounds.
"""
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


try:
    import torch
    torch.set_num_threads(1)
    for dtype in [torch.float64, torch.float32]:
        r = lambda *s: (0.05 * torch.randn(*s)).to(dtype)
        x, y = r(64, 784), r(64, 10)
        p = [v.requires_grad_() for v in (r(784, 128), r(128), r(128, 10), r(10))]
        def run():
            for v in p: v.grad = None
            z = torch.relu(x @ p[0] + p[1]) @ p[2] + p[3]
            (torch.logsumexp(z, -1) - (z * y).sum(-1)).mean().backward()
        clock(f"torch network {str(dtype)[6:]}", run)
    a, b = torch.randn(1000, 100, dtype=torch.float64), torch.randn(1000, dtype=torch.float64)
    w = torch.zeros(100, dtype=torch.float64, requires_grad=True)
    def squares():
        w.grad = None
        ((a @ w - b) ** 2).sum().backward()
    clock("torch squares", squares)
except ImportError: pass
