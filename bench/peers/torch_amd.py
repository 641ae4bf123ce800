"""Times steps of asymmetric masked distillation of images or clips in PyTorch, eager, as the peer of `bench/amd/measure-amd.mjs`.

    python3 bench/peers/torch_amd.py '<AmdSizes of bench/amd as JSON>' --steps <steps>

Prints one line of JSON. Of images teacher and student are MAE's encoders, and the student has MAE's decoder; of clips (where there are `frames`)
they are VideoMAE's. One projection and one generator for each aligned layer. As on the other side, a patch that nobody sees is not embedded, the teacher runs without gradient and without its final norm,
and only masked patches are predicted.
"""
import json
import math
import resource
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

sizes = json.loads(sys.argv[1])
steps = int(sys.argv[sys.argv.index("--steps") + 1])
torch.set_num_threads(sizes["threads"])
torch.manual_seed(0)

batch, patch, layers = sizes["batch"], sizes["patch"], sizes["layers"]
side = sizes["imageSize"] // patch
frames, tubelet = sizes.get("frames", 1), sizes.get("tubelet", 1)
is_video = frames > 1
prefix = 0 if is_video else 1
slices = frames // tubelet
tokens, values = slices * side * side, tubelet * patch * patch * 3


def seen_by(ratio):
    return slices * (side * side - math.floor(side * side * ratio))


visible = seen_by(sizes["ratio"])
extra = seen_by(sizes["teacherRatio"]) - visible


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


def blocks(width, heads, depth):
    return nn.ModuleList(Block(width, heads) for _ in range(depth))


def take(x, rows):
    return torch.gather(x, 1, rows.unsqueeze(-1).expand(-1, -1, x.shape[-1]))


def patchify(images):
    x = images.view(batch, 3, slices, tubelet, side, patch, side, patch)
    return x.permute(0, 2, 4, 6, 3, 5, 7, 1).reshape(batch, tokens, values)


def normalized(pixels):
    """Of images per patch, of clips per channel of a cube."""
    x = pixels.view(*pixels.shape[:2], -1, 3) if is_video else pixels.unsqueeze(-1)
    x = (x - x.mean(2, keepdim=True)) / (x.var(2, keepdim=True).sqrt() + 1e-6)
    return x.reshape(pixels.shape)


class Encoder(nn.Module):
    def __init__(self, width, depth, heads):
        super().__init__()
        self.embed = nn.Linear(values, width)
        self.register_buffer("positions", 0.02 * torch.randn(1, tokens, width))
        self.cls_token = nn.Parameter(0.02 * torch.randn(1, prefix, width))
        self.blocks = blocks(width, heads, depth)

    def forward(self, patches, keep):
        x = self.embed(take(patches, keep)) + take(self.positions.expand(batch, -1, -1), keep)
        x = torch.cat([self.cls_token.expand(batch, -1, -1), x], 1)
        features = []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i + 1 in layers:
                features.append(x)
        return x, features


class Decoder(nn.Module):
    def __init__(self, student_width, width, depth, heads):
        super().__init__()
        self.embed = nn.Linear(student_width, width)
        self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.register_buffer("positions", 0.02 * torch.randn(1, tokens + prefix, width))
        self.blocks = blocks(width, heads, depth)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.head = nn.Linear(width, values)

    def forward(self, x, shuffle, restore, masked):
        x = self.embed(x)
        filled = torch.cat([x[:, prefix:], self.mask_token.expand(batch, tokens - visible, -1)], 1)
        if is_video:
            x = filled + take(self.positions.expand(batch, -1, -1), shuffle)
        else:
            x = torch.cat([x[:, :1], take(filled, restore)], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x[:, visible:] if is_video else take(x[:, 1:], masked)))


class Generator(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.mask_token = nn.Parameter(0.02 * torch.randn(1, 1, width))
        self.register_buffer("positions", 0.02 * torch.randn(1, tokens, width))
        self.blocks = blocks(width, width // 64, depth)

    def forward(self, seen, keep, imagined):
        positions = self.positions.expand(batch, -1, -1)
        placed = seen[:, prefix:] + take(positions, keep)
        x = torch.cat([seen[:, :prefix], placed, self.mask_token + take(positions, imagined)], 1)
        for block in self.blocks:
            x = block(x)
        return x[:, -extra:]


class Distiller(nn.Module):
    def __init__(self):
        super().__init__()
        student, teacher = sizes["student"]["width"], sizes["teacher"]["width"]
        self.student = Encoder(**sizes["student"])
        self.norm = nn.LayerNorm(student, eps=1e-6)
        self.decoder = Decoder(student, **sizes["decoder"])
        self.projections = nn.ModuleList(nn.Linear(student, teacher, bias=False) for _ in layers)
        self.generators = nn.ModuleList(Generator(teacher, sizes["generatorDepth"]) for _ in layers)

    def forward(self, images, shuffle, teacher):
        keep, imagined = shuffle[:, :visible], shuffle[:, visible:visible + extra]
        masked, restore = shuffle[:, visible:], shuffle.argsort(1)
        patches = patchify(images)
        with torch.no_grad():
            targets = teacher(patches, torch.cat([keep, imagined], 1))[1]
        x, features = self.student(patches, keep)
        direct, generation = 0, 0
        for feature, target, project, generate in zip(features, targets, self.projections, self.generators):
            projected = project(feature)
            direct = direct + F.mse_loss(projected, target[:, :prefix + visible])
            generation = generation + F.mse_loss(generate(projected, keep, imagined), target[:, prefix + visible:])
        pixels = normalized(take(patches, masked))
        reconstruction = F.mse_loss(self.decoder(self.norm(x), shuffle, restore, masked), pixels)
        return reconstruction + (direct + generation) / len(layers)


teacher = Encoder(**sizes["teacher"]).eval().requires_grad_(False)
network = Distiller()
optimizer = torch.optim.AdamW(network.parameters(), lr=1.5e-4, betas=(0.9, 0.95), weight_decay=0.05)
images = torch.rand(batch, 3, frames, sizes["imageSize"], sizes["imageSize"]) - 0.5


def draw_shuffle():
    """Who sees what: one permutation of an image's patches; of a clip the same of every slice, and all slices of a set together."""
    order = torch.randperm(side * side)
    sets = order.split([visible // slices, extra // slices, side * side - (visible + extra) // slices])
    return torch.cat([s + slot * side * side for s in sets for slot in range(slices)])


shuffle = torch.stack([draw_shuffle() for _ in range(batch)])

times, processor = [], []
for step in range(steps):
    start, used = time.perf_counter(), time.process_time()
    optimizer.zero_grad(set_to_none=True)
    loss = network(images, shuffle, teacher)
    loss.backward()
    optimizer.step()
    value = loss.item()
    times.append(1000 * (time.perf_counter() - start))
    processor.append(1000 * (time.process_time() - used))


def steady(values):
    return sorted(values[min(3, len(values) - 1):])


print(json.dumps({
    "engine": f"torch {torch.__version__}",
    "medianMs": steady(times)[len(steady(times)) // 2],
    "minMs": steady(times)[0],
    "processorMs": steady(processor)[len(steady(processor)) // 2],
    "firstMs": times[0],
    "peakMB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "value": value,
}))
