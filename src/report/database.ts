import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type * as DuckDb from '@duckdb/node-api';
import { hasCode } from './error-code.js';

/** Values for `$name` in the text; those that the text does not name are left out. */
export type Parameters = Record<string, string | number | bigint | boolean | null>;
export type Value = DuckDb.DuckDBValue;

/** What the engine may do without being asked: nothing. Above all it may not fetch extensions from the network. */
const SAFE = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };

/**
 * A DuckDB in this process's memory, for one report. What finds no room there goes to a temporary folder, which is gone
 * afterwards. Values reach it as parameters only; names of columns come from closed lists.
 */
export class Database {
  readonly #instance: DuckDb.DuckDBInstance;
  readonly #connection: DuckDb.DuckDBConnection;
  readonly #folder: string;

  private constructor(instance: DuckDb.DuckDBInstance, connection: DuckDb.DuckDBConnection, folder: string) {
    this.#instance = instance;
    this.#connection = connection;
    this.#folder = folder;
  }

  /** @throws an Error saying what to install when DuckDB is not there */
  static async open(): Promise<Database> {
    const { DuckDBInstance } = await loadDuckDb();
    const folder = mkdtempSync(join(tmpdir(), 'narrowcast-report-'));
    try {
      const instance = await DuckDBInstance.create(':memory:', { ...SAFE, temp_directory: folder });
      return new Database(instance, await instance.connect(), folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async run(sql: string, parameters: Parameters = {}): Promise<void> {
    await this.#connection.run(sql, named(sql, parameters));
  }

  /** Every row with its columns by name; whole numbers of 64 and more bits are bigint. */
  async rows(sql: string, parameters: Parameters = {}): Promise<readonly Record<string, Value>[]> {
    return (await this.#connection.runAndReadAll(sql, named(sql, parameters))).getRowObjects();
  }

  /** Rows as lists of values, some at a time, for results that need not fit into memory. */
  async *batches(sql: string, parameters: Parameters = {}): AsyncGenerator<readonly Value[][]> {
    yield* (await this.#connection.stream(sql, named(sql, parameters))).yieldRows();
  }

  /** Adds rows to a table. */
  async append(
    table: string,
    rows: readonly (readonly (string | bigint | number | null)[])[],
  ): Promise<void> {
    const appender = await this.#connection.createAppender(table);
    for (const row of rows) {
      for (const value of row) {
        if (value === null) appender.appendNull();
        else if (typeof value === 'bigint') appender.appendBigInt(value);
        else if (typeof value === 'number') appender.appendDouble(value);
        else appender.appendVarchar(value);
      }
      appender.endRow();
    }
    appender.closeSync();
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function named(sql: string, parameters: Parameters): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => sql.includes(`$${name}`)));
}

/** Loaded when a report is asked for: it is 70 MB that a bidder does not need, and an optional dependency. */
async function loadDuckDb(): Promise<typeof DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    // The second is the binding's word for a platform that it has no binary for.
    const isMissing = hasCode(error, 'ERR_MODULE_NOT_FOUND') || hasCode(error, 'MODULE_NOT_FOUND');
    if (!isMissing) throw error;
    throw new Error(
      'reports need DuckDB, which is not installed here: run "npm ci" without --omit=optional, ' +
        'or "npm install --no-save @duckdb/node-api@1.5.5-r.5"',
      { cause: error },
    );
  }
}
