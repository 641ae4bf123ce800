import { formatTable } from '../progress/format.ts';
import { formatColumns } from '../text/columns.ts';
import { formatBytes } from '../text/format-bytes.ts';
import { checkReport } from './checks.ts';
import type { DoctorReport } from './doctor-report.ts';

/** A {@link DoctorReport} as text: engines, what decodes video, versions, the machine, what to do. */
export function describeReport(report: DoctorReport): string {
  const { taken, gflops, versions, machine } = report;
  const checks = checkReport(report);
  const advice = checks.filter(({ ok }) => !ok).length;
  return [
    `engines, best first; a run takes ${taken}, which does ${formatGflops(gflops)} in matrix products\n${describeEngines(report)}`,
    describeReaders(report),
    `versions\n${formatTable(Object.entries(versions))}`,
    `machine\n${formatTable([
      ['cpu', `${machine.cpu}, ${machine.cores} core${machine.cores === 1 ? '' : 's'}`],
      ...(machine.instructions.length > 0 ? [['vectors', machine.instructions.join(' ')] as [string, string]] : []),
      ['system', machine.platform],
      ['memory', `${formatBytes(machine.memory)}, ${formatBytes(machine.freeMemory)} free`],
      ['disk', `${formatBytes(machine.freeDisk)} free in ${machine.folder}`],
    ])}`,
    `checks: ${advice === 0 ? 'all is well' : `${advice} of ${checks.length} need a look`}\n` +
      formatColumns(checks.map(({ name, ok, text }) => [ok ? 'ok' : 'look', name, text])),
  ].join('\n');
}

/** A line for each way to decode video; below it how to get it. */
function describeReaders({ readers }: DoctorReport): string {
  const taken = readers.find(({ available }) => available)?.name;
  const lines = readers.flatMap(({ name, description, available, detail, remedy }) => {
    const state = name === taken ? 'taken' : available ? 'works' : 'no';
    const line = [state, name, `${description}; ${detail}`];
    return remedy === undefined ? [line] : [line, ['', '', `  ${remedy}`]];
  });
  const summary = taken === undefined ? 'nothing here does; folders of frames can be read' : `a run takes ${taken}`;
  return `what decodes video files, best first; ${summary}\n${formatColumns(lines)}`;
}

/** A line for each engine; below it the way to get it, or what it might run on besides, and what stands in for something better. */
function describeEngines({ engines, taken }: DoctorReport): string {
  const below = (text: string) => ['', '', `  ${text}`];
  const lines = engines.flatMap(
    ({ name, description, available, detail, remedy, device: at, devices = [], notes = [] }) => {
      const state = name === taken ? 'taken' : available ? 'starts' : 'no';
      const line = [state, name, detail === description ? detail : `${description}; ${detail}`];
      const others = devices.map(({ device, ...why }) =>
        below(`not on ${device}: ${why.detail}${why.remedy ? `; ${why.remedy}` : ''}`),
      );
      if (others.length > 0) others.unshift(below(`on ${at}`));
      if (available) return [line, ...others, ...notes.map((text) => below(`note: ${text}`))];
      return remedy === undefined ? [line] : [line, below(remedy)];
    },
  );
  return formatColumns(lines);
}

function formatGflops(gflops: number): string {
  return `${gflops.toFixed(gflops < 10 ? 1 : 0)} GFLOP/s`;
}
