import { checkOperation, type Json, type Lift, type Recall } from '@tristamp/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Draft,
  draftOf,
  faultsOf,
  isRecallable,
  LANGS,
  newDraft,
  operationsOf,
  TEXTS,
  textFault,
} from './draft.ts'

const operationOf = (draft: Draft): Recall | Lift | undefined => operationsOf(draft)[0]
const ID = '5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11'
const LOT = 'https://id.gs1.org/01/09506000134352/10/L7'
const TRACE = { treeSize: 812, digest: 'A'.repeat(43) }

function whole(over: Partial<Draft> = {}): Draft {
  const draft = newDraft(ID, 'qingjiang')
  draft.subjects = [LOT]
  for (const name of TEXTS) draft.texts[name] = { zh: `${name} 的话`, en: `words of ${name}` }
  return { ...draft, ...over }
}

describe('a draft', () => {
  it('becomes the operation that the specification has, and nothing more', () => {
    expect(operationOf(whole())).toEqual({
      ...{ op: 'recall', id: ID, org: 'qingjiang', subjects: [LOT], class: 1 },
      ...Object.fromEntries(TEXTS.map((name) => [name, { zh: `${name} 的话`, en: `words of ${name}` }])),
    })
    expect(operationOf(whole({ drill: true, contact: '12315' }))).toMatchObject({ drill: true, contact: '12315' })
  })

  it('freezes its scope by the trace, or lets what comes later belong to it', () => {
    expect(operationOf(whole({ trace: TRACE, later: 'frozen' }))).toMatchObject({ trace: TRACE })
    expect(operationOf(whole({ trace: TRACE, later: 'frozen' }))).not.toHaveProperty('after')
    expect(operationOf(whole({ trace: TRACE }))).toMatchObject({ trace: TRACE, after: 'same-lot' })
    // Without a trace there is nothing to freeze.
    expect(faultsOf(whole({ later: 'frozen' }))).toEqual(['trace'])
    expect(operationOf(whole())).not.toHaveProperty('after')
  })

  it('names all that is missing', () => {
    expect(faultsOf(newDraft(ID, ''))).toEqual([
      'org',
      'subjects',
      ...TEXTS.flatMap((name) => LANGS.map((lang) => `${name}.${lang}`)),
    ])
    expect(operationOf(newDraft(ID, ''))).toBeUndefined()
    expect(faultsOf(whole({ contact: ' ' }))).toEqual(['contact'])
    const lots = Array.from({ length: 4097 }, (_, i) => `${LOT}${i}`)
    expect(faultsOf(whole({ subjects: lots }))).toEqual(['subjects'])
    // One that stands is one.
    expect(faultsOf(whole({ what: 'correct', subjects: lots.slice(0, 257) }))).toEqual(['subjects'])
  })

  it('becomes as many recalls as it takes to name all goods, each with an id of its own that stays', () => {
    const subjects = Array.from({ length: 600 }, (_, i) => `${LOT}${i}`)
    const draft = whole({ subjects, trace: TRACE, later: 'frozen' })
    const parts = operationsOf(draft) as Recall[]
    expect(parts.map((one) => one.subjects.length)).toEqual([256, 256, 88])
    expect(parts.flatMap((one) => one.subjects)).toEqual(subjects)
    expect(new Set(parts.map(({ id }) => id)).size).toBe(3)
    expect(parts[0]!.id).toBe(ID)
    expect(operationsOf(draft)).toEqual(parts)
    for (const one of parts) expect(one.trace).toEqual(TRACE)
  })

  it('lifts with a reason', () => {
    expect(faultsOf(whole({ what: 'lift' }))).toEqual(['lift'])
    expect(operationOf(whole({ what: 'lift', lift: 'all is back' }))).toEqual({
      op: 'lift',
      id: ID,
      reason: 'all is back',
    })
  })

  it('takes up a recall that stands, and says the same again', () => {
    for (const one of [
      whole(),
      whole({ drill: true, trace: TRACE, later: 'frozen' }),
      whole({ trace: TRACE, contact: '1' }),
    ]) {
      const recall = operationOf(one) as Recall
      expect(operationOf(draftOf(recall))).toEqual(recall)
    }
  })

  it('judges texts as the protocol does', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 20 }),
      fc.constantFrom(
        '',
        ' ',
        'a\u202eb',
        'a\nb',
        '\u00ad',
        '\ue000',
        'x'.repeat(600),
        'x'.repeat(601),
        '\ud800',
        '好',
      ),
    )
    fc.assert(
      fc.property(text, fc.constantFrom(...TEXTS), fc.constantFrom(...LANGS), (said, name, lang) => {
        const draft = whole()
        draft.texts[name] = { ...draft.texts[name], [lang]: said }
        const operation = { ...operationOf(whole()), [name]: draft.texts[name] }
        const isTaken = ((): boolean => {
          try {
            checkOperation(operation as unknown as Json)
            return true
          } catch {
            return false
          }
        })()
        expect(textFault(said, 600) === undefined).toBe(isTaken)
        expect(operationOf(draft) !== undefined).toBe(isTaken)
      }),
    )
  })
})

describe('isRecallable', () => {
  it('is for items, lots, products and units alone', () => {
    expect(
      [
        LOT,
        'https://id.gs1.org/01/09506000134352',
        'https://id.gs1.org/01/09506000134352/21/A',
        'https://id.gs1.org/00/095060001343520017',
        'https://id.gs1.org/414/9506000134307',
        'urn:uuid:5f0c9d1e-8a51-4c39-9a58-2f6f6a1f0b11',
        'nonsense',
      ].map(isRecallable),
    ).toEqual([true, true, true, true, false, false, false])
  })
})
