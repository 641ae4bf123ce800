import { addConfigFlags, configSources } from '../config/config-flags.ts';
import { pretrainSpec } from '../config/pretrain-spec.ts';
import { resolveConfig } from '../config/resolve.ts';
import type { Verb } from '../program.ts';

/** Images that are drawn for it: to train on, and, from another seed, to judge by. */
const PROCEDURAL = { 'data.path': 'procedural:1600:0', 'data.val': 'procedural:400:1' };

/** Share of one's own labelled images that is held out to judge by. */
const HELD_OUT = '0.2';

/** `quickstart`: the whole story in a few minutes, on drawn images or on one's own. */
export const quickstartVerb: Verb = (program, environment) => {
  const command = program
    .command('quickstart')
    .description('pre-train a small model in minutes, on images it draws itself or on yours (--data)');
  addConfigFlags(command, pretrainSpec);
  command.action(async () => {
    const given = configSources(command, pretrainSpec.keys);
    const flags = new Map(given.flags);
    const path = flags.get('data.path');
    if (path === undefined) for (const [key, value] of Object.entries(PROCEDURAL)) flags.set(key, value);
    else if (!flags.has('data.val') && !flags.has('data.valShare')) {
      const { hasLabels } = await import('../run/open-sources.ts');
      if (await hasLabels(path as string)) flags.set('data.valShare', HELD_OUT);
    }
    const preset = given.preset ?? (given.config === undefined ? 'quickstart' : undefined);
    const config = await resolveConfig(pretrainSpec, { ...given, preset, flags });
    const { runPretrain } = await import('../pretrain/run-pretrain.ts');
    const { summary, folder, knn } = await runPretrain(config, { environment });
    if (summary.stopped) return;
    const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
    const lines = [
      '',
      `pictures   ${folder}/pictures: what the model reconstructs, and loss.png`,
      `weights    ${summary.checkpoint}/model.safetensors`,
      knn
        ? `k-NN       ${percent(knn.before)} before training, ${percent(knn.after)} after (frozen features, images not trained on)`
        : 'k-NN       left out: the images have no labels (class sub-folders would give them)',
    ];
    environment.stdout.write(`${lines.join('\n')}\n`);
  });
};
