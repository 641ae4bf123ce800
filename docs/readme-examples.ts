/** A fenced TypeScript example of a README that says what it prints. */
export interface Example {
  /** Line of the README on which the code begins, from 1. */
  line: number;
  /** The code, a module. */
  code: string;
  /** What it prints; `…` stands for any text. */
  output: string;
}

/** The examples of a Markdown text: each `ts` fence that a `text` fence follows, with no other fence between them. */
export function readExamples(markdown: string): Example[] {
  const fences = [...markdown.matchAll(/^```(\w*)[^\n]*\n(.*?)^```$/gms)].map(({ 1: language, 2: content, index }) => ({
    language,
    content: content!,
    line: markdown.slice(0, index).split('\n').length + 1,
  }));
  return fences.flatMap(({ language, content, line }, i) => {
    const next = fences[i + 1];
    return language === 'ts' && next?.language === 'text' ? [{ line, code: content, output: next.content }] : [];
  });
}

/** Matches exactly the output that an example announces, whatever stands for each `…`. Spaces at the ends of lines don't count. */
export function outputPattern(output: string): RegExp {
  const parts = trimLines(output).split('…');
  return new RegExp(`^${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('[^]*?')}$`);
}

/** The text without spaces at the ends of its lines, and without blank lines at its end. */
export function trimLines(text: string): string {
  return text.replace(/[ \t]+$/gm, '').trimEnd();
}
