import { expect, it } from 'vitest';
import { loadLarge } from './support/load-large.ts';

// In a file, and so in a process, of its own.
it('builds and loads a ViT-L from a safetensors file of 1.3 GB in less than 1.5 times its size', async () => {
  expect(await loadLarge('safetensors')).toBeLessThan(1.5);
}, 600_000);
