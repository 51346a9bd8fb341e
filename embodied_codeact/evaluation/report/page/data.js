// What lies compressed in the page.

const KEPT_BLOCKS = 12;

const blocks = new Map();

function bytesOf(id) {
  const text = byId(id).textContent;
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text), bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

function decoded(id) {
  let promise = blocks.get(id);
  if (promise) blocks.delete(id);
  else {
    const stream = new Blob([bytesOf(id)]).stream().pipeThrough(new DecompressionStream("gzip"));
    promise = new Response(stream).json();
  }
  blocks.set(id, promise);
  if (blocks.size > KEPT_BLOCKS) blocks.delete(blocks.keys().next().value);
  return promise;
}

const valueAt = async ([block, place]) => (await decoded(`block-${block}`))[place];
