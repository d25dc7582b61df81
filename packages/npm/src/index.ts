// The helpers for tests: a server, worlds, and what a world can do.
export { findBinary } from './binary.js';
export { FauxidpError, VerificationError } from './control.js';
export { cleanName, worldName } from './names.js';
export { Server, shared, start, type StartOptions } from './server.js';
export type * from './types.js';
export { Clock, World } from './world.js';
