import { unreachable } from '../lib/assert.js';
import type { Database } from './database.js';
import { decimalText, type Cell, type Column, type Table } from './table.js';

/** How a column stands in files: money and amounts twice, as whole micros and as decimal text, both exact. */
interface FileColumn {
  readonly name: string;
  readonly sqlType: 'VARCHAR' | 'BIGINT' | 'DOUBLE';
  readonly value: (cell: Cell) => string | bigint | number | null;
}

/**
 * Writes a table as CSV with a header, or as Parquet. An older file of that name is replaced when the new one is complete.
 *
 * @throws what the file system says, in the database's words
 */
export async function writeTable(
  database: Database,
  table: Table,
  file: string,
  format: 'csv' | 'parquet',
): Promise<void> {
  const columns = fileColumns(table);
  const types = columns.map(({ name, sqlType }) => `"${name}" ${sqlType}`).join(', ');
  await database.run(`CREATE OR REPLACE TABLE report (${types})`);
  await database.append('report', fileRows(table));
  await database.run(`COPY report TO $file (${format === 'csv' ? 'FORMAT csv, HEADER' : 'FORMAT parquet'})`, {
    file,
  });
}

/** A JSON array of objects with the columns of the files; micros beyond what a double holds stay exact digits. */
export function jsonText(table: Table): string {
  const columns = fileColumns(table);
  const objects = fileRows(table).map((row) => {
    const members = row.map((value, i) => {
      const text = typeof value === 'bigint' ? String(value) : JSON.stringify(value);
      return `${JSON.stringify(columns[i]?.name)}:${text}`;
    });
    return `  {${members.join(',')}}`;
  });
  return objects.length === 0 ? '[]\n' : `[\n${objects.join(',\n')}\n]\n`;
}

function fileRows(table: Table): readonly (readonly (string | bigint | number | null)[])[] {
  const columns = table.columns.map((column) => columnsFor(column));
  return table.rows.map((row) => columns.flatMap((each, i) => each.map(({ value }) => value(row[i]))));
}

function fileColumns(table: Table): readonly FileColumn[] {
  return table.columns.flatMap((column) => columnsFor(column));
}

function columnsFor({ name, type }: Column): readonly FileColumn[] {
  switch (type) {
    case 'text':
      return [{ name, sqlType: 'VARCHAR', value: orNull }];
    case 'count':
    case 'estimate':
      return [{ name, sqlType: 'BIGINT', value: orNull }];
    case 'share':
      return [{ name, sqlType: 'DOUBLE', value: orNull }];
    case 'money':
    case 'amount':
      return [
        { name: `${name}Micros`, sqlType: 'BIGINT', value: orNull },
        {
          name,
          sqlType: 'VARCHAR',
          value: (cell) => (cell === undefined ? null : decimalText(cell as bigint)),
        },
      ];
    default:
      return unreachable(type);
  }
}

function orNull(cell: Cell): string | bigint | number | null {
  return cell ?? null;
}
