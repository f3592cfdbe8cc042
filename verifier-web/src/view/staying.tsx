import '../style/staying.css'
import type { VNode } from 'preact'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { check, type Finding } from '../check.ts'
import { keepAsking, LONGEST_MS } from '../keep-asking.ts'
import { Memory } from '../remembered.ts'
import { wordOf } from '../say.ts'
import { shelf } from '../shelf.ts'
import { isNews } from '../still-so.ts'
import { NextPack } from './next-pack.tsx'
import { Phrases, useLanguage } from './parts.tsx'
import type { RestProps } from './rest.tsx'

/** What a page does that stays open: it asks again, and a scanner opens the next pack from it. Nothing that is read is moved by it. */
export function Staying(props: RestProps): VNode {
  const isUnseen = useNews(props)
  return (
    <>
      {isUnseen && (
        <p class="staying">
          <a href="#verdict">
            <Phrases of={wordOf(props.finding, props.safety)} />
          </a>
        </p>
      )}
      <NextPack />
    </>
  )
}

/** Asks again while the page is open, and tells what is new. True while there is news that nobody has before them: who reads further down does not see it. */
function useNews({ finding, age, isShown, onNews }: RestProps): boolean {
  const { lang } = useLanguage()
  const [isUnseen, setUnseen] = useState(false)
  const unseen = useRef<Finding | undefined>(undefined)
  const stay = useRef<(() => void) | undefined>(undefined)
  useEffect(() => {
    // A file stays what it is.
    if (finding.file !== undefined) return
    let knownMs = Date.now()
    return keepAsking(async () => {
      if (!isShown()) return true
      const found = await check(finding.subject, finding.elements, new Memory(shelf()))
      const isAnswered = found.failure === undefined
      if (isAnswered) knownMs = Date.now()
      // What nobody could ask about for an hour is not what is known now; that it cannot be asked is said once.
      const isOver = finding.failure === undefined && Date.now() - knownMs >= LONGEST_MS
      if (!isShown() || !(isAnswered ? isNews(finding, age, found, Date.now()) : isOver)) return isAnswered
      unseen.current = found
      stay.current = placeOfReading()
      onNews(found)
      return isAnswered
    })
  }, [finding])
  useLayoutEffect(() => {
    stay.current?.()
    stay.current = undefined
  }, [finding])
  useEffect(() => {
    const word = document.querySelector('#verdict h1')
    if (unseen.current === undefined || word === null) return
    const watch = new IntersectionObserver(([entry]) => {
      const isSeen = entry?.isIntersecting === true
      setUnseen(!isSeen)
      if (!isSeen) return
      unseen.current = undefined
      watch.disconnect()
    })
    watch.observe(word)
    return () => watch.disconnect()
  }, [finding, lang])
  return isUnseen
}

/** What keeps in its place what is read now, where the browser does not do so itself. The focus of who stands within the verdict stays with it. */
function placeOfReading(): () => void {
  const verdict = document.getElementById('verdict')
  if (verdict?.contains(document.activeElement)) verdict.focus({ preventScroll: true })
  const read = document.elementFromPoint(innerWidth / 2, innerHeight / 2)
  const before = read?.getBoundingClientRect().top ?? 0
  return () => {
    if (scrollY > 0 && read?.isConnected && !CSS.supports('overflow-anchor: auto'))
      scrollBy(0, read.getBoundingClientRect().top - before)
  }
}
