// What the parts of a page that run in the browser share; Python puts it before each of them.
const SVG = "http://www.w3.org/2000/svg";

/** What Python sent as bytes: to send text would cost the server a library for tables. */
const written = (bytes) => new TextDecoder().decode(bytes);

/** An element of HTML or of a drawing, with attributes and what is in it. */
function make(tag, attributes = {}, ...children) {
  const drawn = /^(svg|path|rect|line|polyline|text|g)$/.test(tag);
  const element = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}
