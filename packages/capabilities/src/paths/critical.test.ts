import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { criticalRules, findCritical } from './critical.ts'
import { lead, plant, ways } from './tree-fixture.ts'

const written =
  `.ssh/id_ed25519 .ssh/authorized_keys .ssh .env .env.local .env.production .env.example .envrc .bashrc
  .bash_profile .profile .zshrc .zshenv .config/fish/config.fish .config/fish/conf.d/x.fish .git .git/hooks/pre-commit
  .git/hooks/deep/x .git/config .git/modules/sub/hooks/x .git/worktrees/w/config.worktree .gitconfig .git-credentials
  .netrc .npmrc .pypirc .aws/credentials .kube/config .docker/config.json .config/gcloud/x .gnupg/x .pgpass
  authorized_keys spool/cron/root .config/systemd/user/x.service .config/autostart/x.desktop .mcp.json
  .claude/settings.json .claude/settings.local.json .vscode/tasks.json .GIT/Hooks/x .Env .SSH/x`.split(/\s+/u)
const free =
  `environment .envoy env .env/x .gitignore .gitattributes .github/workflows/x .git/index .git/HEAD hooks/x
  config .git2/config x.git/config ssh/x .sshx bashrc profile .profiles npmrc docker/config.json
  .claude/worktrees/x/src/a .eslintrc`.split(/\s+/u)

test.each(ways)('%s, critical files are not written, there or not, at any depth', (_way, resolvers) => {
  const tree = plant('work/.git/hooks/there, work/.env, work/deep/')
  const outcomes = written.flatMap((path) => [path, `deep/${path}`, `.//${path}`])
  for (const path of outcomes) {
    expect(lead(tree, path, resolvers, { createParents: true })).toMatchObject({
      code: 'RT_FILE_CRITICAL',
      rule: expect.any(String),
    })
  }
})

test.each(ways)('%s, their neighbours are written', (_way, resolvers) => {
  for (const path of free) {
    expect(lead(plant(), path, resolvers, { createParents: true })).toMatchObject({ path: `work/${path}` })
  }
})

test.each(ways)('%s, links make no difference, neither to nor from such a name', (_way, resolvers) => {
  const tree = plant(`
      work/.git/hooks/, work/plain -> .git/hooks, work/keys/a/, work/.ssh -> keys, work/.bashrc -> rc,
      work/env -> .env, work/.idea -> ../extra`)
  for (const path of ['plain/x', '.ssh/x', '.ssh/./a/../x', '.bashrc', 'env', '.idea/workspace.xml']) {
    expect(lead(tree, path, resolvers)).toMatchObject({ code: 'RT_FILE_CRITICAL' })
  }
  expect(lead(tree, '.ssh/../rc', resolvers)).toMatchObject({ path: 'work/rc' })
})

test('only what is secret is not read', () => {
  const tree = plant(`
      work/.git/config, work/.ssh/id, work/.env, work/.env.example, work/.bashrc, work/a -> .ssh/id`)
  const read = (path: string): unknown => lead(tree, path, ways[0]?.[1] ?? [], { purpose: 'read' })
  for (const path of [
    '.ssh/id',
    'a',
    '.env',
    '.env.local',
    '.npmrc',
    '.aws/credentials',
    '.git-credentials',
  ]) {
    expect(read(path)).toMatchObject({
      code: 'RT_FILE_CRITICAL',
      message: expect.stringContaining('is not read'),
    })
  }
  for (const path of ['.git/config', '.env.example', '.bashrc']) expect(read(path)).not.toHaveProperty('code')
})

test('a name holds what it holds: newlines and stars are nothing special', () => {
  expect(findCritical('/a\nb/.ssh/x\ny', 'read')).toBe('keys and credentials')
  expect(findCritical('/a/.bashrc\n', 'write')).toBeUndefined()
  expect(findCritical('/a/xbashrc', 'write')).toBeUndefined()
})

test('docs/files.md has the rules as they are', () => {
  const text = readFileSync(join(import.meta.dirname, '../../../../docs/files.md'), 'utf8')
  const rows = criticalRules.map(({ name, refuses, patterns }) => {
    const files = patterns.map((pattern) => `\`${pattern}\``).join(' ')
    return `- **${name}** (not ${refuses.join(', not ').replace('write', 'written')}): ${files}`
  })
  const [, between] = /<!-- critical -->\n\n(.*?)\n\n<!-- end -->/su.exec(text) ?? []
  expect(between).toBe(rows.join('\n'))
})
