// A server in a container, by the package `testcontainers`, which the project brings.
import { IMAGE } from './binary.js';
import { Server } from './server.js';

const PORT = 8484;

/** What is used of `testcontainers`. */
interface Started {
  getHost(): string;
  getMappedPort(port: number): number;
  stop(): Promise<unknown>;
}
interface Container {
  withExposedPorts(port: number): this;
  withCommand(command: string[]): this;
  withWaitStrategy(strategy: unknown): this;
  start(): Promise<Started>;
}
interface Testcontainers {
  GenericContainer: new (image: string) => Container;
  Wait: { forHttp(path: string, port: number): unknown };
}

/** A server whose end is the container's. */
class Contained extends Server {
  readonly #container: Started;

  constructor(container: Started) {
    super(`http://${container.getHost()}:${container.getMappedPort(PORT)}`);
    this.#container = container;
  }

  override async stop(): Promise<void> {
    await this.#container.stop();
  }
}

/** Starts the image, with further arguments of the command line, and waits until it answers. */
export async function startContainer(image: string = IMAGE, args: string[] = []): Promise<Server> {
  const { GenericContainer, Wait } = (await import('testcontainers' as string)) as Testcontainers;
  const container = new GenericContainer(image)
    .withExposedPorts(PORT)
    .withCommand(args)
    .withWaitStrategy(Wait.forHttp('/__fauxidp/health', PORT));
  return new Contained(await container.start());
}
