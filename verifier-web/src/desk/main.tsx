import './style/index.css'
import { render } from 'preact'
import { shelf } from '../own/shelf.ts'
import { takeToken } from '../own/token.ts'
import { DeskApp } from './view/app.tsx'

const root = document.getElementById('page')!
root.replaceChildren()
const session = shelf(() => sessionStorage)
render(
  <DeskApp token={takeToken('desk', location, history, session)} session={session} local={shelf(() => localStorage)} />,
  root,
)
