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
      ['system', machine.platform],
      ['memory', `${formatBytes(machine.memory)}, ${formatBytes(machine.freeMemory)} free`],
      ['disk', `${formatBytes(machine.freeDisk)} free in ${machine.folder}`],
    ])}`,
    `checks: ${advice === 0 ? 'all is well' : `${advice} of ${checks.length} need a look`}\n` +
      formatColumns(checks.map(({ name, ok, text }) => [ok ? 'ok' : 'look', name, text])),
  ].join('\n');
}

/** A line for each engine, and one below with the way to get it. */
function describeEngines({ engines, taken }: DoctorReport): string {
  const lines = engines.flatMap(({ name, description, available, detail, remedy }) => {
    const state = name === taken ? 'taken' : available ? 'starts' : 'no';
    const line = [state, name, detail === description ? detail : `${description}; ${detail}`];
    return available || remedy === undefined ? [line] : [line, ['', '', `  ${remedy}`]];
  });
  return formatColumns(lines);
}

function formatGflops(gflops: number): string {
  return `${gflops.toFixed(gflops < 10 ? 1 : 0)} GFLOP/s`;
}
