"""Times fine-tuning steps of a vision transformer in PyTorch, eager, as the peer of `bench/finetune/measure-finetune.mjs`.

    python3 bench/peers/torch_finetune.py '<sizes as JSON>' --steps 12

Prints one line of JSON. Mean pooling with a norm behind it, soft targets, AdamW with a learning rate for each layer, float32.
"""
import argparse
import json
import math
import resource
import time

import torch
import torch.nn.functional as F
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("sizes", type=json.loads)
parser.add_argument("--steps", type=int, default=12)
flags = parser.parse_args()
size = flags.sizes
torch.set_num_threads(size["threads"])
torch.manual_seed(0)
batch, width, depth, classes, patch = (size[key] for key in ("batch", "width", "depth", "classes", "patch"))
is_video = "frames" in size
side = size["imageSize"] // patch
tokens = side * side * (size["frames"] // size["tubelet"] if is_video else 1)
values = 3 * patch * patch * (size["tubelet"] if is_video else 1)


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, _ = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, size["heads"], -1).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1) @ v
        return self.proj(mixed.transpose(1, 2).reshape(b, n, width))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention()
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Linear(values, width)
        self.prefix = nn.Parameter(torch.zeros(1, 0 if is_video else 1, width))
        positions = 0.02 * torch.randn(1, self.prefix.shape[1] + tokens, width)
        if is_video:
            self.register_buffer("positions", positions)
        else:
            self.positions = nn.Parameter(positions)
        self.blocks = nn.ModuleList([Block() for _ in range(depth)])
        self.fc_norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, classes)

    def forward(self, patches):
        x = torch.cat([self.prefix.expand(batch, -1, -1), self.embed(patches)], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.fc_norm(x[:, self.prefix.shape[1]:].mean(1)))


def groups(network, rate=1e-4, decay=0.75):
    for name, parameter in network.named_parameters():
        parts = name.split(".")
        layer = int(parts[1]) + 1 if parts[0] == "blocks" else 0 if parts[0] in ("embed", "prefix", "positions") else depth + 1
        weight_decay = 0.05 if parameter.ndim > 1 else 0
        yield {"params": [parameter], "lr": rate * decay ** (depth + 1 - layer), "weight_decay": weight_decay}


network = Classifier()
optimizer = torch.optim.AdamW(groups(network), betas=(0.9, 0.999))
patches = torch.rand(batch, tokens, values) - 0.5
targets = F.one_hot(torch.arange(batch) % classes, classes) * 0.9 + 0.1 / classes

times, processor = [], []
for step in range(flags.steps):
    start, used = time.perf_counter(), time.process_time()
    optimizer.zero_grad(set_to_none=True)
    loss = -(targets * F.log_softmax(network(patches), -1)).sum(-1).mean()
    loss.backward()
    optimizer.step()
    loss.item()
    times.append(1000 * (time.perf_counter() - start))
    processor.append(1000 * (time.process_time() - used))
warm = min(3, len(times) - 1)
steady = sorted(times[warm:])
print(json.dumps({
    "engine": f"torch {torch.__version__}",
    "medianMs": steady[len(steady) // 2],
    "minMs": steady[0],
    "firstMs": times[0],
    "processorMs": sorted(processor[warm:])[len(steady) // 2],
    "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
