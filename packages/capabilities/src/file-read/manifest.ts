import type { Manifest } from '../manifest.ts'

/** 10 MiB: the most that one call returns. */
export const maxFileBytes = 10_485_760

export const manifest: Manifest = {
  name: 'FileRead',
  description: 'Read a file: text, JSON, or binary as base64',
  args: {
    type: 'object',
    required: ['path'],
    additionalProperties: false,
    properties: {
      path: {
        type: 'string',
        minLength: 1,
        maxLength: 4096,
        description: 'Absolute, or from the working directory',
      },
      max_bytes: {
        type: 'integer',
        minimum: 1,
        maximum: maxFileBytes,
        description: 'Read at most so many bytes',
      },
    },
  },
}
