import './style/index.css'
import { render } from 'preact'
import { readSettings } from './settings.ts'
import { OperatorApp } from './view/app.tsx'

const root = document.getElementById('page')!
root.replaceChildren()
render(<OperatorApp initial={readSettings(location.search, navigator.languages)} />, root)
