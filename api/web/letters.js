// A machine without a Japanese font gets ours, before anything is written: other machines never ask for it.

const SIZE = 24;

function drawn(letter) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.font = `${SIZE - 4}px sans-serif`;
  pen.fillText(letter, 0, SIZE - 4);
  return pen.getImageData(0, 0, SIZE, SIZE).data.join();
}

// Where no font has them, two different letters look the same: an empty box.
const lacksJapanese = () => drawn("\u5834") === drawn("\u753a");

export async function letters() {
  if (!lacksJapanese()) return;
  const face = new FontFace("Arukeba Fallback", "url(/assets/japanese.ttf)");
  document.fonts.add(face);
  await face.load();
}
