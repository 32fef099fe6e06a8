import type { FunctionCapability } from '@runtimo/capabilities'

/** Stands for a module that nobody has named yet. */
export const sample: FunctionCapability = {
  manifest: {
    name: 'Sample',
    description: 'Gives its arguments back',
    args: {
      type: 'object',
      required: ['text'],
      additionalProperties: false,
      properties: {
        text: { type: 'string', minLength: 0, maxLength: 10, pattern: '^' },
        count: { type: 'integer', minimum: 1, default: 1 },
        list: { type: 'array', items: { enum: ['a', 'b'] } },
      },
    },
  },
  execute: (args) => ({ success: true, data: args }),
}
