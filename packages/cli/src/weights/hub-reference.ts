import { InputError } from '@masked-distill/base';

/** A model on the Hugging Face hub. */
export interface HubReference {
  /** `org/name`. */
  readonly repo: string;
  /** A branch, a tag, or a commit. */
  readonly revision: string;
  /** The file that is meant, where one was named. */
  readonly file?: string;
}

const PREFIX = 'hf:';
const FORM = /^([\w.-]+\/[\w.-]+)(?:@([\w.-]+))?(?:\/(.+))?$/;

/** Whether a text means a model on the hub. */
export function isHubReference(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * Takes `hf:org/name[@revision][/file]` apart. A revision has no slash.
 *
 * @throws InputError when the text is of another form
 */
export function parseHubReference(text: string): HubReference {
  const [, repo, revision = 'main', file] = text.slice(PREFIX.length).match(FORM) ?? [];
  if (repo === undefined || file?.split('/').includes('..')) {
    throw new InputError(`weights: ${text} is not of the form hf:org/name[@revision][/file]`);
  }
  return { repo, revision, ...(file === undefined ? {} : { file }) };
}
