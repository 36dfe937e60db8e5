// Mounts every player of a page, and keeps the numbers beside it in step. Comes after the player's own modules.
const shelf = new Shelf(WORDS, STYLE);
const MATH = "http://www.w3.org/1998/Math/MathML";

const unfold = async (id) => {
  const folded = new Blob([decode(document.getElementById(id).textContent)]).stream();
  return JSON.parse(await new Response(folded.pipeThrough(new DecompressionStream("deflate"))).text());
};

/** A formula from [name, attributes, ...children]; a child that is a text stays one. */
const formula = ([name, attributes, ...children]) => {
  const element = document.createElementNS(MATH, name);
  for (const key of Object.keys(attributes)) element.setAttribute(key, attributes[key]);
  element.append(...children.map((child) => (typeof child === "string" ? child : formula(child))));
  return element;
};

const block = (name, kind, ...children) => {
  const element = document.createElement(name);
  if (kind) element.className = kind;
  element.append(...children);
  return element;
};

/** Shows the numbers of an update in the box with this id. */
const follow = async (id) => {
  const box = document.getElementById(`${id}-shown`), updates = await unfold(id);
  const show = (step) => {
    const { title, lines, note } = updates[Math.min(Math.max(step, 1), updates.length) - 1];
    const said = [block("strong", "", title), ...lines.map((line) => block("div", "formula", formula(line)))];
    if (note) said.push(block("p", "", note));
    box.replaceChildren(...said);
  };
  show(1);
  return show;
};

for (const host of document.querySelectorAll(".player")) {
  const { surface, paths, numbers } = host.dataset;
  Promise.all([read(surface), read(paths), numbers ? follow(numbers) : null]).then(([ground, moved, tell]) => {
    shelf.addSurface(ground);
    shelf.mount(host, moved, null, tell);
  });
}
