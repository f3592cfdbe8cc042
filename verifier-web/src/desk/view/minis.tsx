import type { VNode } from 'preact'
import { STAMPS, type StampName, type Stamps } from '../../record.ts'
import { useWords, type Words } from '../words/index.ts'
import { Mark } from './parts.tsx'

function sayOf({ t }: Words, name: StampName, stamps: Stamps): string {
  const state = stamps[name]
  if (state === 'broken') return t(`stamp.${name}.broken`)
  return `${t(`stamp.${name}`)}${t('desk.space')}${t(`stamp.${state}`)}`
}

/** The three stamps as small marks, and in words: whole where one is there and proven, hollow where it is not, split where a check of it failed. */
export function Minis({ stamps }: { stamps: Stamps | undefined }): VNode {
  const words = useWords()
  const says =
    stamps === undefined
      ? words.t('events.unchecked')
      : STAMPS.map((name) => sayOf(words, name, stamps)).join(words.t('journey.list'))
  return (
    <span class="minis" title={says}>
      {STAMPS.map((name) => {
        const state = stamps?.[name] ?? 'unchecked'
        return <Mark key={name} id={state === 'broken' ? `x-${name}` : `m-${name}`} class={state} />
      })}
      <span class="vh">{says}</span>
    </span>
  )
}
