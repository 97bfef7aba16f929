"""What bench/matmul.bench.ts measures, with PyTorch if it is installed, on one thread and on two.

Prints a name, a tab and nanoseconds: the least of several rounds.
"""
from clock import clock

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
        torch.set_num_threads(2)
        clock(f"torch network {str(dtype)[6:]}, two threads", run)
        torch.set_num_threads(1)
    a, b = torch.randn(1000, 100, dtype=torch.float64), torch.randn(1000, dtype=torch.float64)
    w = torch.zeros(100, dtype=torch.float64, requires_grad=True)
    def squares():
        w.grad = None
        ((a @ w - b) ** 2).sum().backward()
    clock("torch squares", squares)
except ImportError: pass
