import { defineConfig } from '@playwright/test';

const executablePath = process.env.CHROMIUM;
export default defineConfig({
  testMatch: ['*.page.mjs', '*.spec.ts'],
  workers: 2,
  fullyParallel: true,
  reporter: 'line',
  globalSetup: import.meta.resolve ? new URL(import.meta.resolve('fauxidp/global-setup')).pathname : 'fauxidp/global-setup',
  use: { launchOptions: { ...(executablePath ? { executablePath } : {}), args: ['--no-sandbox', '--disable-gpu'] } },
});
