import { formatTable } from '../progress/format.ts';
import { formatColumns } from '../text/columns.ts';
import { formatBytes } from '../text/format-bytes.ts';
import { checkReport } from './checks.ts';
import type { DoctorReport } from './doctor-report.ts';

/** A {@link DoctorReport} as text: engines, versions, the machine, what to do. */
export function describeReport(report: DoctorReport): string {
  const { taken, gflops, versions, machine } = report;
  const checks = checkReport(report);
  const advice = checks.filter(({ ok }) => !ok).length;
  return [
    `engines, best first; a run takes ${taken}, which does ${formatGflops(gflops)} in matrix products\n${describeEngines(report)}`,
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
