import type { JsonObject } from '../json/json.ts'
import type { Manifest } from '../manifest.ts'
import { noNul } from '../text/no-nul.ts'

const paths: JsonObject = {
  type: 'array',
  maxItems: 10_000,
  items: { type: 'string', minLength: 1, maxLength: 4096, pattern: noNul },
}
const id: JsonObject = { type: 'string', minLength: 1, maxLength: 128 }

export const manifest: Manifest = {
  name: 'Undo',
  description: 'Put files back to what they were before a job, or before a session',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      job_id: { ...id, description: 'The job whose changes are undone; or else session_id' },
      session_id: { ...id, description: 'The session whose jobs are undone, the newest first' },
      paths: { ...paths, description: 'Only these; absolute, or from the working directory' },
      force: { ...paths, description: 'Restored though they are not what the job left' },
    },
  },
}
