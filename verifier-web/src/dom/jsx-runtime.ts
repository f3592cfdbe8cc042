// JSX that makes elements at once. What stands before the verdict is drawn a few times at most: a library that compares trees would
// cost more bytes than all of it, and comes with what stands below.

export type Child = Node | string | number | boolean | null | undefined | readonly Child[]

/** Attributes by their names in HTML; `onClick` and the like are listeners. Undefined leaves one out. */
type Attributes = Record<string, unknown> & { children?: Child }

export declare namespace JSX {
  type Element = Node
  interface ElementChildrenAttribute {
    children: object
  }
  interface IntrinsicElements {
    [tag: string]: Attributes
  }
}

const SVG = new Set(['svg', 'use'])

/** An element, or what a component makes of its properties. Text is text: nothing here reads HTML. */
export function jsx<Props extends { children?: Child }>(type: string | ((props: Props) => Node), props: Props): Node {
  if (typeof type !== 'string') return type(props)
  const element = SVG.has(type)
    ? document.createElementNS('http://www.w3.org/2000/svg', type)
    : document.createElement(type)
  const { children, ...attributes } = props as Attributes
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2).toLowerCase(), value as EventListener)
    else if (value !== undefined) element.setAttribute(name, String(value))
  }
  append(element, children)
  return element
}

export const jsxs: typeof jsx = jsx

export function Fragment({ children }: { children?: Child }): Node {
  const fragment = document.createDocumentFragment()
  append(fragment, children)
  return fragment
}

function append(parent: Node, child: Child): void {
  if (child instanceof Node) parent.appendChild(child)
  else if (typeof child === 'object' && child !== null) for (const one of child) append(parent, one)
  else if (typeof child === 'string' || typeof child === 'number')
    parent.appendChild(document.createTextNode(String(child)))
}
