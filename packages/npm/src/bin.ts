#!/usr/bin/env node
// `npx fauxidp`: runs the binary with the same arguments, and ends as it does.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

import { findBinary } from './binary.js';

try {
  const env = { FAUXIDP_EXIT_WITH_PARENT: '1', ...process.env };
  const child = spawn(findBinary(), process.argv.slice(2), { stdio: 'inherit', env });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => fail(error.message));
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (signal ? constants.signals[signal] : 0)));
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}
