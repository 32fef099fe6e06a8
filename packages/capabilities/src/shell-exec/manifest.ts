import type { Manifest } from '../manifest.ts'
import { noNul } from '../text/no-nul.ts'

export const manifest: Manifest = {
  name: 'ShellExec',
  description: 'Run a command line with /bin/sh',
  args: {
    type: 'object',
    required: ['cmd'],
    additionalProperties: false,
    properties: {
      cmd: { type: 'string', minLength: 1, pattern: noNul, description: 'Command line for /bin/sh -c' },
      cwd: {
        type: 'string',
        pattern: noNul,
        minLength: 1,
        maxLength: 4096,
        description: 'Absolute, or from the working directory',
      },
      env: {
        type: 'object',
        description: 'Additions to the small fixed environment',
        propertyNames: { pattern: '^(?!RUNTIMO_|LD_)[A-Za-z_][A-Za-z0-9_]{0,255}$' },
        additionalProperties: { type: 'string', pattern: noNul, secret: true },
      },
      stdin: {
        type: 'string',
        secret: true,
        description: 'Text for its standard input; empty unless given',
      },
      timeout_secs: { type: 'number', minimum: 0.001, maximum: 86_400, description: 'Deadline in seconds' },
    },
  },
}
