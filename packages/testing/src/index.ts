export { maxDifference } from './compare.ts';
export { type Fixture, type FixtureTensor, readFixture } from './fixture.ts';
export { hasFixtures, hasSharedData, sharedPath } from './shared-folder.ts';
