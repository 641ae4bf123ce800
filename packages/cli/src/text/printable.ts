/** Text from a foreign file as it may go to a terminal: on one line, without control characters, and no longer than `most`. */
export function printable(text: string, most = 120): string {
  const line = text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '?');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
