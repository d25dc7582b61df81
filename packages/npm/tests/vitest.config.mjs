import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { globalSetup: ['fauxidp/global-setup'], maxConcurrency: 300, testTimeout: 60_000 } });
