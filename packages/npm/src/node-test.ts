// A world for a test of node:test.
import { worldName } from './names.js';
import { shared } from './server.js';
import type { World } from './world.js';

/** What is needed of the context of a test. */
export interface Context {
  readonly name: string;
  after(fn: () => Promise<void>): void;
}

/** A world for the test of that context alone, dropped after it. */
export async function world(context: Context): Promise<World> {
  const server = await shared();
  const made = await server.world(worldName(context.name));
  context.after(() => made.drop());
  return made;
}
