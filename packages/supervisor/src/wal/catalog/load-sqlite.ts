import process from 'node:process'

/** SQLite of Node, without the warning by which older releases of Node 24 call it experimental. */
export async function loadSqlite(): Promise<typeof import('node:sqlite')> {
  const emitWarning = Reflect.get(process, 'emitWarning')
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]): void => {
    if (rest[0] !== 'ExperimentalWarning') Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  try {
    return await import('node:sqlite')
  } finally {
    process.emitWarning = emitWarning
  }
}
