// Fixtures for Playwright: a world for each worker, and pages on which a user is signed in.
import { test as base } from '@playwright/test';

import { type Server, shared } from './server.js';
import type { SignInRequest } from './types.js';
import type { World } from './world.js';

export { expect } from '@playwright/test';

/** What a project or a file can set by `use`. */
export interface Options {
  /** Who is signed in on `page`: nobody, unless it is set. */
  signedIn: SignInRequest | undefined;
}

/** What lives as long as a worker. */
export interface WorkerFixtures {
  /** The server: one for each worker, or for all with `globalSetup: 'fauxidp/global-setup'`. */
  fauxidp: Server;
  /** The world of this worker. It is reset before each test and dropped at the end. */
  world: World;
}

/** What lives as long as a test. */
interface TestFixtures extends Options {
  /** @internal */
  freshWorld: void;
}

/** `test` of Playwright, with the fixtures. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  signedIn: [undefined, { option: true }],
  fauxidp: [
    // Playwright reads the pattern to see what a fixture needs.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      await use(await shared());
    },
    { scope: 'worker' },
  ],
  world: [
    async ({ fauxidp }, use, worker) => {
      const world = await fauxidp.world(`playwright-${worker.parallelIndex}-${process.pid}`);
      try {
        await use(world);
      } finally {
        await world.drop();
      }
    },
    { scope: 'worker' },
  ],
  freshWorld: [
    async ({ world }, use) => {
      await world.reset();
      await use();
    },
    { auto: true },
  ],
  storageState: async ({ world, signedIn, storageState, freshWorld: _ }, use) => {
    await use(signedIn ? (await world.signIn(signedIn)).storage_state : storageState);
  },
});
