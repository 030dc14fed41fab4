// Read a picture of 8-bit grey rows without filters, as `make explore` writes them.
//
// Not by a canvas: browsers that guard against fingerprints change what is read there.

export async function readGrey(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts = [];
  let width = 0;
  for (let at = 8; at < bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (name === "IHDR") width = view.getUint32(at + 8);
    if (name === "IDAT") parts.push(bytes.subarray(at + 8, at + 8 + length));
    at += length + 12; // its length, name and checksum
  }
  return rows(await inflate(new Blob(parts)), width);
}

async function inflate(blob) {
  const stream = blob.stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Before each row stands the number of its filter, 0.
function rows(bytes, width) {
  const count = bytes.length / (width + 1);
  const start = (n) => n * (width + 1) + 1;
  return Array.from({ length: count }, (_, n) => bytes.subarray(start(n), start(n) + width));
}
