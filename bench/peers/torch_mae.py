"""Times training steps of a masked autoencoder in PyTorch, eager, as the peer of `bench/engine/measure-step.mjs`.

    python3 bench/peers/torch_mae.py '<one model of bench/engine/models.mjs as JSON>' <steps>

Prints one line of JSON. The models are MAE's (He et al. 2022): pre-norm blocks, fixed sine-cosine positions, normalised pixel targets.
"""
import json
import math
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

model = json.loads(sys.argv[1])
steps = int(sys.argv[2])
torch.set_num_threads(model.get("threads", 2))
torch.manual_seed(0)

batch, encoder, decoder = model["batch"], model["encoder"], model["decoder"]
patch = encoder["patch"]["h"]
side = encoder["imageSize"]["h"] // patch
tokens, values = side * side, patch * patch * 3
visible = tokens // 4


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x):
        b, n, width = x.shape
        q, k, v = self.qkv(x).view(b, n, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if hasattr(F, "scaled_dot_product_attention"):
            mixed = F.scaled_dot_product_attention(q, k, v)
        else:
            mixed = (q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])).softmax(-1) @ v
        return self.proj(mixed.transpose(1, 2).reshape(b, n, width))


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, eps=1e-6)
        self.attn = Attention(width, heads)
        self.norm2 = nn.LayerNorm(width, eps=1e-6)
        self.fc1 = nn.Linear(width, 4 * width)
        self.fc2 = nn.Linear(4 * width, width)

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.fc2(F.gelu(self.fc1(self.norm2(x))))


def take(x, rows):
    return torch.gather(x, 1, rows.unsqueeze(-1).expand(-1, -1, x.shape[-1]))


class MaskedAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        wide, narrow = encoder["width"], decoder["width"]
        self.embed = nn.Linear(values, wide)
        self.register_buffer("positions", 0.02 * torch.randn(1, tokens, wide))
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, 1, wide))
        self.blocks = nn.Sequential(*[Block(wide, encoder["heads"]) for _ in range(encoder["depth"])])
        self.norm = nn.LayerNorm(wide, eps=1e-6)
        self.decoder_embed = nn.Linear(wide, narrow)
        self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, narrow))
        self.register_buffer("decoder_positions", 0.02 * torch.randn(1, tokens + 1, narrow))
        self.decoder_blocks = nn.Sequential(*[Block(narrow, decoder["heads"]) for _ in range(decoder["depth"])])
        self.decoder_norm = nn.LayerNorm(narrow, eps=1e-6)
        self.head = nn.Linear(narrow, values)

    def forward(self, patches, keep, restore, masked):
        x = self.embed(take(patches, keep)) + take(self.positions.expand(batch, -1, -1), keep)
        x = self.norm(self.blocks(torch.cat([self.cls_token.expand(batch, -1, -1), x], 1)))
        x = self.decoder_embed(x)
        filled = torch.cat([x[:, 1:], self.mask_token.expand(batch, tokens - visible, -1)], 1)
        x = torch.cat([x[:, :1], take(filled, restore)], 1) + self.decoder_positions
        x = self.decoder_norm(self.decoder_blocks(x))
        target = take(patches, masked)
        target = (target - target.mean(-1, keepdim=True)) / (target.var(-1, keepdim=True) + 1e-6).sqrt()
        return F.mse_loss(self.head(take(x[:, 1:], masked)), target)


network = MaskedAutoencoder()
optimizer = torch.optim.AdamW(network.parameters(), lr=1.5e-4, betas=(0.9, 0.95), weight_decay=0.05)
patches = torch.rand(batch, tokens, values) - 0.5
shuffle = torch.stack([torch.randperm(tokens) for _ in range(batch)])
restore, keep, masked = shuffle.argsort(1), shuffle[:, :visible], shuffle[:, visible:]

times = []
for step in range(steps):
    start = time.perf_counter()
    optimizer.zero_grad(set_to_none=True)
    loss = network(patches, keep, restore, masked)
    loss.backward()
    optimizer.step()
    value = loss.item()
    times.append(1000 * (time.perf_counter() - start))
steady = sorted(times[min(3, len(times) - 1):])
print(json.dumps({
    "engine": f"torch {torch.__version__}",
    "medianMs": steady[len(steady) // 2],
    "minMs": steady[0],
    "firstMs": times[0],
    "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "loss": value,
}))
