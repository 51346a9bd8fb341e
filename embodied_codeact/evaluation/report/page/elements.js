// Makes elements. Everything that came from a model, a script or an environment is put into the page as text.

const byId = (id) => document.getElementById(id);

// Control characters, and what turns the direction of all that follows.
const UNPRINTABLE = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/** Make an element. A child that is no node is text; null and false are left out. */
function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    made.append(child instanceof Node ? child : String(child).replace(UNPRINTABLE, "\ufffd"));
  }
  return made;
}

/** A long name, which may be broken after a sign between its words. */
function breakable(name) {
  return name.split(/(?<=[_/\-.:])/).flatMap((piece, place) => (place ? [el("wbr"), piece] : [piece]));
}
