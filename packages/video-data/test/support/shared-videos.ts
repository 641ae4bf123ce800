import { readFileSync } from 'node:fs';
import type { RangeLocation } from '@masked-distill/image-data';
import { sharedPath } from '@masked-distill/testing';
import { openClipTar } from '../../src/index.ts';

/** What ffmpeg 5.1 says of a video of the shared packs. */
export interface VideoFacts {
  readonly probe_ok: boolean;
  readonly codec_name: string;
  readonly width: number;
  readonly height: number;
  readonly side_data_list?: readonly [{ readonly rotation: number }];
  readonly decoded_frames: number;
}

/** A video of a shared pack. */
export interface SharedVideo {
  readonly video: RangeLocation;
  readonly facts: VideoFacts;
}

/** The videos of a shared pack by their keys, each where it lies in the tar. */
export async function sharedVideos(pack: string): Promise<Map<string, SharedVideo>> {
  const path = sharedPath(`data/${pack}.tar`);
  const facts = jsonMembers(readFileSync(path));
  const source = await openClipTar(path);
  const videos = new Map<string, SharedVideo>();
  for (let i = 0; i < source.length; i++) {
    const { key, location } = source.sample(i);
    videos.set(key, { video: location as RangeLocation, facts: facts.get(`${key}.json`)! });
  }
  return videos;
}

/** The `.json` members of a plain USTAR archive, by an eye of its own that owes nothing to the one under test. */
function jsonMembers(archive: Buffer): Map<string, VideoFacts> {
  const members = new Map<string, VideoFacts>();
  for (let at = 0; archive[at]; ) {
    const name = archive.toString('latin1', at, at + 100).replace(/\0.*$/s, '');
    const size = Number.parseInt(archive.toString('latin1', at + 124, at + 135), 8);
    if (name.endsWith('.json')) members.set(name, JSON.parse(archive.toString('utf8', at + 512, at + 512 + size)));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return members;
}
