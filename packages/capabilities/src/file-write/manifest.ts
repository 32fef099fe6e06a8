import type { Manifest } from '../manifest.ts'

export const manifest: Manifest = {
  name: 'FileWrite',
  description:
    'Write a file whole, or append to it: others see the old content or the new, and Undo restores it',
  args: {
    type: 'object',
    required: ['path', 'content'],
    additionalProperties: false,
    properties: {
      path: {
        type: 'string',
        minLength: 1,
        maxLength: 4096,
        description: 'Absolute, or from the working directory; a link is followed',
      },
      content: { type: 'string', secret: true, description: 'What to write, in the encoding' },
      encoding: {
        enum: ['utf8', 'base64'],
        default: 'utf8',
        description: 'Of `content`; base64 for bytes that are no text',
      },
      append: {
        type: 'boolean',
        default: false,
        description: 'Add to the end of what is there',
      },
      mode: {
        type: 'string',
        pattern: '^0?[0-7]{3}$',
        description:
          'Octal permission bits, such as "0644"; those of the old file, or by the umask, unless given',
      },
      expect_sha256: {
        type: 'string',
        pattern: '^(?:[0-9a-f]{64}|absent)$',
        description:
          'Refuse unless this is the SHA-256 of what is there, in hex; "absent": unless nothing is',
      },
      create_parents: {
        type: 'boolean',
        default: false,
        description: 'Make missing directories on the way',
      },
    },
  },
}
