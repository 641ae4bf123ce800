import { InputError, MaskedDistillError } from '@masked-distill/base';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { runCli, type Verb } from '../src/program.ts';
import { pretrainVerb } from '../src/verbs/pretrain.ts';
import { testEnvironment } from './kit.ts';

/** Runs words on a program whose verb `go` does this. */
async function run(words: string[], go: (command: Command) => void | Promise<void> = () => {}) {
  const world = testEnvironment();
  const verb: Verb = (program) => {
    const command = program.command('go').description('go there').option('--mask-ratio <x>');
    command.action(() => go(command));
  };
  const code = await runCli(words, { environment: world.environment, verbs: [verb, pretrainVerb] });
  return { code, stdout: world.stdout.text, stderr: world.stderr.text };
}

describe('the exit code', () => {
  it('is 0 when the verb comes to its end', async () => {
    expect(await run(['go'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('is 2, with one line, for input that can not be used', async () => {
    const go = () => {
      throw new InputError('pretrain: ./photos is empty; give a folder of images');
    };
    expect(await run(['go'], go)).toEqual({
      code: 2,
      stdout: '',
      stderr: 'masked-distill: pretrain: ./photos is empty; give a folder of images\n',
    });
  });

  it('is 1, with one line, for a failure that has a name', async () => {
    const go = async () => {
      throw new MaskedDistillError('train: the loss is NaN at step 12');
    };
    expect(await run(['go'], go)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'masked-distill: train: the loss is NaN at step 12\n',
    });
  });

  it('is 1, with the stack and where to report it, for anything else', async () => {
    const { code, stderr } = await run(['go'], () => {
      throw new TypeError('x is not a function');
    });
    expect(code).toBe(1);
    const lines = stderr.trimEnd().split('\n');
    expect(lines.slice(0, 2)).toEqual(['masked-distill: unexpected error', 'TypeError: x is not a function']);
    expect(lines[2]).toMatch(/^ {4}at .*program\.test\.ts/);
    expect(lines.at(-1)).toBe(
      'This is a fault of masked-distill; please report these lines at https://github.com/masked-distill/masked-distill/issues',
    );
    expect((await run(['go'], () => Promise.reject('why'))).stderr).toContain('unexpected error\nwhy\n');
  });

  it.each([
    [['go', '--mask-ration', '1'], "unknown option '--mask-ration'; did you mean --mask-ratio?"],
    [['go', '--colour'], "unknown option '--colour'; see --help"],
    [['go', '--mask-ratio'], "option '--mask-ratio <x>' argument missing; see --help"],
    [['go', 'away'], "too many arguments for 'go'. Expected 0 arguments but got 1; see --help"],
    [['pretrian'], "unknown command 'pretrian'; did you mean pretrain?"],
  ])('is 2 for %j', async (words, message) => {
    expect(await run(words)).toEqual({ code: 2, stdout: '', stderr: `masked-distill: ${message}\n` });
  });

  it('is 2, with the help, without a verb', async () => {
    const { code, stdout, stderr } = await run([]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('Usage: masked-distill [options] [command]');
  });
});

describe('help and version', () => {
  it('lists the verbs on stdout', async () => {
    const { code, stdout, stderr } = await run(['--help']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`Usage: masked-distill [options] [command]

Pre-train small vision transformers on your own images and videos.

Options:
  -V, --version                   print the version
  -h, --help                      print this help

Commands:
  go [options]                    go there
  pretrain [options] [shards...]  train a masked autoencoder on your images
  help [command]                  display help for command

Each verb has its own help: masked-distill pretrain --help
`);
  });

  it('prints the version of the package', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});
