import process from 'node:process'
import { type FileAccess, findBuiltin, isCommand } from '@runtimo/capabilities'

/** Undoes a session, for somebody who kills it meanwhile. Arguments: working directory, backups, session, job id. */
const [, , workingDir = '', backups = '', sessionId = '', jobId = ''] = process.argv
const undo = findBuiltin('Undo')
if (undo === undefined || isCommand(undo)) throw new Error('there is no Undo')
const access: FileAccess = {
  roots: [workingDir],
  deny: [],
  state: [backups],
  backups,
  tenant: 't',
  sessionId: null,
}
process.stdout.write('ready\n')
await undo.execute({ session_id: sessionId }, { jobId, dryRun: false, workingDir }, access)
process.stdout.write('done\n')
