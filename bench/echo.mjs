export default {
  manifest: { name: 'Echo', description: 'Gives its arguments back', args: { type: 'object' } },
  execute: (args) => args,
}
