import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Context, FileAccess, Output } from '../capability.ts'
import { givenDirectory } from '../files/place-fixture.ts'
import type { JsonObject } from '../json/json.ts'
import type { Args } from './args.ts'
import { fileWrite } from './execute.ts'

/** A working directory, with backups outside of it. */
export interface Workplace {
  readonly directory: string
  readonly access: FileAccess
  /** The data of the output. */
  readonly write: (args: Args, context?: Partial<Context>) => Promise<JsonObject>
}

export function givenWorkplace(
  directory: string = givenDirectory(),
  state: string = givenDirectory(),
): Workplace {
  const access = {
    roots: [directory],
    deny: [],
    state: [state],
    backups: join(state, 'backups'),
    tenant: 'tests',
    sessionId: null,
  }
  const write = async (args: Args, context: Partial<Context> = {}): Promise<JsonObject> => {
    const jobId = `test${randomBytes(8).toString('hex')}`
    const given = { jobId, dryRun: false, workingDir: directory, ...context }
    const output = (await fileWrite.execute(args, given, access)) as Output
    return output.data as JsonObject
  }
  return { directory, access, write }
}

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
