export { maxDifference } from './compare.ts';
export { engineTests, type TestEngine } from './engine-tests.ts';
export { type Fixture, type FixtureTensor, readFixture } from './fixture.ts';
export { hasFixtures, hasSharedData, sharedPath } from './shared-folder.ts';
