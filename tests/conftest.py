import torch

# Two OpenMP threads on a busy 2-core machine are several times slower than one.
torch.set_num_threads(1)
