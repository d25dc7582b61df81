// Finds the server's binary: FAUXIDP_BIN, the package of this platform, PATH, in that order.
import { accessSync, constants, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

/** The image of this version. */
export const IMAGE = 'ghcr.io/fauxidp/fauxidp:0.1.0';

const executable = process.platform === 'win32' ? 'fauxidp.exe' : 'fauxidp';

/** The path of the binary. */
export function findBinary(environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment['FAUXIDP_BIN'];
  if (given) {
    if (!isProgram(given)) throw new Error(`FAUXIDP_BIN is ${given}, which is no program that can be run`);
    return given;
  }
  const found = inPackage() ?? onPath(environment);
  if (found) return found;
  throw new Error(
    `There is no fauxidp for ${process.platform}-${process.arch} in FAUXIDP_BIN, in the package and on PATH.\n` +
      `Add @fauxidp/${process.platform}-${process.arch}, which npm leaves out without optional dependencies, install ` +
      `one with "cargo install fauxidp", or run "docker run -p 127.0.0.1:8484:8484 ${IMAGE}" and ` +
      'set FAUXIDP_URL=http://127.0.0.1:8484.',
  );
}

function inPackage(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve(`@fauxidp/${process.platform}-${process.arch}/${executable}`);
  } catch {
    return undefined;
  }
}

function onPath(environment: NodeJS.ProcessEnv): string | undefined {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  // npm puts its own launcher of this package there, which would call itself.
  const candidates = folders.filter((folder) => !folder.includes('node_modules')).map((folder) => join(folder, executable));
  return candidates.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
