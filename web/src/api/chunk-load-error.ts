/** The error of a chunk of the page that could not be loaded: the connection is lost, or another version of Rowport is served by now. */
export class ChunkLoadError extends Error {
  /** Lets the part be asked for again when it is next shown. */
  readonly forget: () => void;

  constructor(cause: unknown, forget: () => void = () => undefined) {
    super('a part of the page could not be loaded', { cause });
    this.name = 'ChunkLoadError';
    this.forget = forget;
  }
}
