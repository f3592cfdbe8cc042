import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { vectors } from '../../test/_vectors.ts'
import { signer, verify } from './_notes.ts'
import { refusal, refusalOf } from './_refusal.ts'
import { formatCheckpoint } from './checkpoint.ts'
import { formatNote, parseNote, signNote } from './note.ts'
import { checkPolicy, formatPolicy, parsePolicy } from './policy.ts'

// Elliptic curves in JavaScript on a busy machine.
vi.setConfig({ testTimeout: 60_000 })

const ledger = signer('ledger.example', 1, 1)
const other = signer('other.example', 1, 2)
const [w1, w2, w3] = [11, 12, 13].map((seed) => signer(`witness-${seed}.example`, 4, seed)) as [
  ReturnType<typeof signer>,
  ReturnType<typeof signer>,
  ReturnType<typeof signer>,
]

/** A policy over three witnesses with these last lines. */
const policyOf = (...lines: string[]) =>
  [
    `log ${ledger.vkey}`,
    `witness one ${w1.vkey}`,
    `witness two ${w2.vkey}`,
    `witness three ${w3.vkey}`,
    ...lines,
    '',
  ].join('\n')

describe('reading and writing', () => {
  test('a policy reads back, whatever its spelling', () => {
    const text = [
      '# Who watches the ledger',
      `log\t${ledger.vkey}   https://ledger.example/  `,
      `  log ${other.vkey}`,
      '',
      `witness 一 ${w1.vkey} https://一.example/`,
      `witness two ${w2.vkey}`,
      'group both all 一 two',
      `witness three ${w3.vkey}`,
      '\t # indented comment',
      'group any-of any both three',
      'quorum any-of',
      '',
    ].join('\n')
    const policy = parsePolicy(text)
    expect(policy).toEqual({
      logs: [{ key: ledger.key, url: 'https://ledger.example/' }, { key: other.key }],
      witnesses: [
        { name: '一', key: w1.key, url: 'https://一.example/' },
        { name: 'two', key: w2.key },
        { name: 'three', key: w3.key },
      ],
      groups: [
        { name: 'both', threshold: 2, members: ['一', 'two'] },
        { name: 'any-of', threshold: 1, members: ['both', 'three'] },
      ],
      quorum: 'any-of',
    })
    expect(parsePolicy(formatPolicy(policy))).toEqual(policy)
  })

  test('any text is refused with its code, or reads back', () => {
    const word = fc.constantFrom(
      'log',
      'witness',
      'group',
      'quorum',
      'none',
      'one',
      'g',
      'any',
      'all',
      '1',
      '2',
      '\n',
      '#',
      w1.vkey,
      ledger.vkey,
    )
    fc.assert(
      fc.property(fc.array(word), (words) => {
        const text = `${words.join(' ')}\n`
        const refused = refusal(() => {
          const policy = parsePolicy(text)
          expect(parsePolicy(formatPolicy(policy))).toEqual(policy)
        })
        expect([undefined, 'POLICY_MALFORMED']).toContain(refused)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ['nothing', ''],
    ['no newline at the end', 'quorum none'],
    ['a comment after items', policyOf('quorum one # why')],
    ['a no-break space between items', 'quorum\u00a0none\n'],
    ['DEL', 'quorum none\u007f\n'],
    ['a lone surrogate', '# \ud800\nquorum none\n'],
    ['a log key for a witness', `witness one ${ledger.vkey}\nquorum one\n`],
    ['a witness key for a log', `log ${w1.vkey}\nquorum none\n`],
    [
      'one key for log and witness',
      `log ${signer('x', 1, 5).vkey}\nwitness one ${signer('x', 4, 5).vkey}\nquorum one\n`,
    ],
    ['one log key under two names', `log ${signer('x', 1, 5).vkey}\nlog ${signer('y', 1, 5).vkey}\nquorum none\n`],
    ['a broken key', `log ${ledger.vkey.slice(0, -1)}\nquorum none\n`],
    ['a third item for a log', `log ${ledger.vkey} url more\nquorum none\n`],
    ['a witness named none', `witness none ${w1.vkey}\nquorum none\n`],
    ['a group named none', policyOf('group none any one', 'quorum one')],
    ['a group that is its own member', policyOf('group g any g', 'quorum g')],
    ['a member twice', policyOf('group g any one one', 'quorum g')],
    ['a threshold with a leading zero', policyOf('group g 01 one', 'quorum g')],
    ['a threshold in hexadecimal', policyOf('group g 0x1 one', 'quorum g')],
    ['a group that takes a name', policyOf('group one any two', 'quorum one')],
    ['a quorum of two names', policyOf('quorum one two')],
    ['a quorum before its name', `quorum one\nwitness one ${w1.vkey}\n`],
    ['a log as quorum', policyOf('quorum ledger.example')],
    [
      '257 keys',
      `${Array.from({ length: 257 }, (_, i) => `witness w${i} ${signer('w', 4, i).vkey}`).join('\n')}\nquorum none\n`,
    ],
    ['more than 64 kB', `#${' '.repeat(65_536)}\nquorum none\n`],
  ])('%s is refused', (_, text) => expect(refusal(() => parsePolicy(text))).toBe('POLICY_MALFORMED'))

  test('what could not be read back is not written', () => {
    const policy = parsePolicy(policyOf('group g 2 one two three', 'quorum g'))
    expect(refusal(() => formatPolicy({ ...policy, quorum: 'x' }))).toBe('POLICY_MALFORMED')
    expect(refusal(() => formatPolicy({ ...policy, groups: [] }))).toBe('POLICY_MALFORMED')
    expect(refusal(() => formatPolicy({ ...policy, witnesses: [{ name: 'a\nlog', key: w1.key }] }))).toBe(
      'POLICY_MALFORMED',
    )
  })
})

describe('checking a checkpoint', () => {
  const checkpoint = { origin: 'ledger.example', size: 7, root: new Uint8Array(32).fill(7) }
  const text = formatCheckpoint(checkpoint)
  const note = (...signers: ReturnType<typeof signer>[]) => parseNote(signNote(text, signers, 1_700_000_000))

  test('tells who signed and whether it is enough', async () => {
    const verdict = await checkPolicy(note(ledger, w2), parsePolicy(policyOf('quorum two')), verify)
    expect(verdict).toEqual({
      checkpoint,
      log: ledger.key,
      cosigned: [{ name: 'two', timeS: 1_700_000_000 }],
      quorum: true,
    })
  })

  test('a quorum is exactly what its groups say', async () => {
    const policies = [
      ['quorum none', () => true],
      ['quorum one', (a: boolean) => a],
      ['group g any one two three\nquorum g', (a: boolean, b: boolean, c: boolean) => a || b || c],
      [
        'group g 2 one two three\nquorum g',
        (a: boolean, b: boolean, c: boolean) => Number(a) + Number(b) + Number(c) >= 2,
      ],
      ['group g all one two three\nquorum g', (a: boolean, b: boolean, c: boolean) => a && b && c],
      ['group x any one two\ngroup g all x three\nquorum g', (a: boolean, b: boolean, c: boolean) => (a || b) && c],
      ['group x all one two\ngroup g any x three\nquorum g', (a: boolean, b: boolean, c: boolean) => (a && b) || c],
    ] as const
    for (let set = 0; set < 8; set++) {
      const [a, b, c] = [(set & 1) > 0, (set & 2) > 0, (set & 4) > 0]
      const signed = note(ledger, ...(a ? [w1] : []), ...(b ? [w2] : []), ...(c ? [w3] : []))
      for (const [lines, rule] of policies) {
        const { quorum, cosigned } = await checkPolicy(signed, parsePolicy(policyOf(lines)), verify)
        expect(quorum, `${lines} by ${set}`).toBe(rule(a, b, c))
        expect(cosigned).toHaveLength([a, b, c].filter(Boolean).length)
      }
    }
  })

  test('a witness counts once, however often it signs', async () => {
    const twice = note(ledger, w1)
    twice.signatures.push(...note(w1).signatures, ...note(w1).signatures)
    const verdict = await checkPolicy(twice, parsePolicy(policyOf('group g 2 one two three', 'quorum g')), verify)
    expect(verdict.quorum).toBe(false)
    expect(verdict.cosigned).toHaveLength(1)
  })

  test('any one of the listed logs is enough, but it must be the one the checkpoint names', async () => {
    const policy = parsePolicy(`log ${ledger.vkey}\nlog ${other.vkey}\nquorum none\n`)
    expect((await checkPolicy(note(ledger), policy, verify)).log).toEqual(ledger.key)
    expect(await refusalOf(checkPolicy(note(other), policy, verify))).toBe('NOTE_UNSIGNED')
    const foreign = parseNote(signNote(formatCheckpoint({ ...checkpoint, origin: 'third.example' }), [ledger]))
    expect(await refusalOf(checkPolicy(foreign, policy, verify))).toBe('CHECKPOINT_ORIGIN')
  })

  test('refuses witnesses without the log, a bad signature of either, and a text that is no checkpoint', async () => {
    const policy = parsePolicy(policyOf('quorum one'))
    expect(await refusalOf(checkPolicy(note(w1, w2), policy, verify))).toBe('NOTE_UNSIGNED')
    for (const at of [0, 1]) {
      const signed = note(ledger, w1)
      signed.signatures[at]!.signature[20]! ^= 1
      expect(await refusalOf(checkPolicy(parseNote(formatNote(signed)), policy, verify))).toBe('NOTE_SIGNATURE')
    }
    const prose = parseNote(signNote('ledger.example\nseven\n', [ledger]))
    expect(await refusalOf(checkPolicy(prose, policy, verify))).toBe('CHECKPOINT_MALFORMED')
  })
})

const log = vectors('log')

describe.skipIf(log === undefined)('policies of C2SP, Tessera and formats', () => {
  type Quorum = { group?: string; witness?: string; k?: number; n?: number } | null
  type Policies = {
    vkeys: Record<string, string>
    valid: { name: string; policy: string; quorum: Quorum }[]
    invalid: { name: string; policy: string }[]
  }
  const policies =
    log === undefined ? undefined : (JSON.parse(readFileSync(`${log}/policies.json`, 'utf8')) as Policies)
  // Upstream's witness keys are of type 1, which the specification does not allow for witnesses: ours stand in for them.
  const translate = (policy: string) =>
    Object.values(policies?.vkeys ?? {}).reduce((text, vkey, i) => text.replaceAll(vkey, [w1, w2, w3][i]!.vkey), policy)

  test.each(policies?.valid ?? [])('valid: $name', ({ policy, quorum }) => {
    const parsed = parsePolicy(translate(policy))
    expect(parsed.quorum).toBe(quorum?.group ?? quorum?.witness ?? 'none')
    const group = parsed.groups.find(({ name }) => name === parsed.quorum)
    expect(group?.threshold).toBe(quorum?.k)
    expect(group?.members.length).toBe(quorum?.n)
    expect(parsePolicy(formatPolicy(parsed))).toEqual(parsed)
  })

  test.each(policies?.invalid ?? [])('invalid: $name', ({ policy }) => {
    expect(refusal(() => parsePolicy(translate(policy)))).toBe('POLICY_MALFORMED')
  })

  test('the untranslated key of type 4 is read, those of type 1 are refused', () => {
    for (const vkey of Object.values(policies?.vkeys ?? {}))
      expect(refusal(() => parsePolicy(`witness w ${vkey}\nquorum w\n`))).toBe(
        vkey.includes('+BO') ? undefined : 'POLICY_MALFORMED',
      )
  })
})
