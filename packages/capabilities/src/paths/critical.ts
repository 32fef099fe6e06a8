export type Purpose = 'read' | 'write'

/** A rule about names, whatever directory they are in. */
export interface CriticalRule {
  readonly name: string
  /** Each is the end of a path: `*` stands for a part of a name, and `/**` at the end for a directory and all in it. */
  readonly patterns: readonly string[]
  readonly refuses: readonly Purpose[]
  /** Names at the end that no pattern means. */
  readonly except?: RegExp
}

/**
 * The first that fits counts. Such lists are never complete: the roots are the boundary, and this guards what lies within
 * them.
 */
export const criticalRules: readonly CriticalRule[] = [
  {
    name: 'keys and credentials',
    refuses: ['read', 'write'],
    patterns: words(`
      .ssh/** .gnupg/** .password-store/** .local/share/keyrings/** .netrc .pgpass .my.cnf .vault-token
      .aws/** .azure/** .boto .oci/** .s3cfg .config/doctl/** .config/gcloud/** .config/rclone/**
      .terraform.d/credentials.tfrc.json .docker/** .kube/** .config/containers/auth.json .config/helm/**
      .git-credentials .config/git/credentials .config/gh/** .config/glab-cli/** .config/hub/** .npmrc .yarnrc.yml
      .pypirc .cargo/credentials .cargo/credentials.toml .gem/credentials .m2/settings.xml .gradle/gradle.properties
      .claude.json .claude/.credentials.json .codex/auth.json .config/op/** .mozilla/** .config/chromium/**
      .config/google-chrome/** .bash_history .zsh_history .python_history .node_repl_history`),
  },
  {
    name: 'secrets of a workspace',
    refuses: ['read', 'write'],
    patterns: words('.env .env.*'),
    except: /\.(?:example|sample|template|dist|defaults?|schema)$/iu,
  },
  { name: 'environment of a workspace', refuses: ['write'], patterns: words('.env.* .envrc') },
  {
    name: 'shell start-up',
    refuses: ['write'],
    patterns: words(`
      .profile .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .zshrc .zshenv .zprofile .zlogin .zlogout
      .kshrc .mkshrc .cshrc .tcshrc .login .logout .inputrc .config/fish/** .xprofile .xinitrc .xsession .xsessionrc
      .pam_environment .config/environment.d/**`),
  },
  {
    name: 'logins and schedules',
    refuses: ['write'],
    patterns: words(`
      authorized_keys authorized_keys2 .rhosts .shosts .forward spool/cron/** etc/crontab etc/cron.d/**
      .config/systemd/** .local/share/systemd/** .config/autostart/**`),
  },
  {
    name: 'what git runs',
    refuses: ['write'],
    patterns: words(`
      .git .git/hooks/** .git/config .git/config.worktree .git/commondir .git/modules/** .git/worktrees/** .gitconfig
      .config/git/**`),
  },
  {
    name: 'what agents and editors run',
    refuses: ['write'],
    patterns: words(`
      .mcp.json .claude/settings*.json .claude/hooks/** .claude/commands/** .claude/agents/** .claude/skills/**
      .claude/plugins/** .vscode/** .idea/**`),
  },
]

const compiled = criticalRules.map(({ patterns, ...rule }) => ({
  rule,
  expression: new RegExp(`/(?:${patterns.map(toExpression).join('|')})$`, 'isu'),
}))

/** The rule under which an absolute path falls. Case makes no difference: on some mounts it makes none. */
export function findCritical(path: string, purpose: Purpose): string | undefined {
  return compiled.find(
    ({ rule, expression }) =>
      rule.refuses.includes(purpose) && expression.test(path) && rule.except?.test(path) !== true,
  )?.rule.name
}

function words(text: string): string[] {
  return text.trim().split(/\s+/u)
}

function toExpression(pattern: string): string {
  const isTree = pattern.endsWith('/**')
  const names = isTree ? pattern.slice(0, -3) : pattern
  const escaped = names.replaceAll('.', String.raw`\.`).replaceAll('*', '[^/]*')
  return isTree ? `${escaped}(?:/.*)?` : escaped
}
