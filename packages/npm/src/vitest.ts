// Fixtures for vitest: `fauxidp`, the server, and `world`, a world for each test.
import { test as base, type TestAPI } from 'vitest';

import { worldName } from './names.js';
import { type Server, shared } from './server.js';
import type { World } from './world.js';

export * from 'vitest';

/** What a test can ask for. */
export interface Fixtures {
  /** The server: one for each worker, or for all with `globalSetup: ['fauxidp/global-setup']`. */
  fauxidp: Server;
  /** A world for this test alone, dropped after it. */
  world: World;
}

/** `test` of vitest, with the fixtures. */
export const test: TestAPI<Fixtures> = base.extend<Fixtures>({
  // vitest reads the pattern to see what a fixture needs.
  // eslint-disable-next-line no-empty-pattern
  fauxidp: async ({}, use) => {
    await use(await shared());
  },
  world: async ({ fauxidp, task }, use) => {
    const world = await fauxidp.world(worldName(task.name));
    try {
      await use(world);
    } finally {
      await world.drop();
    }
  },
});

/** The same as `test`. */
export const it: TestAPI<Fixtures> = test;
