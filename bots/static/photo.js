// Makes a photo small enough for a slow network; one that the browser cannot read is sent as it is.
const SIDE = 1600;
const ENOUGH = 400 * 1024;

export const smaller = async (file) => {
  if (file.size <= ENOUGH) return file;
  try {
    const picture = await load(file);
    const scale = Math.min(1, SIDE / Math.max(picture.naturalWidth, picture.naturalHeight));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.naturalWidth * scale));
    canvas.height = Math.max(1, Math.round(picture.naturalHeight * scale));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(picture.src);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
    return blob && blob.size < file.size ? blob : file;
  } catch (e) {
    return file;
  }
};

const load = (file) => new Promise((resolve, reject) => {
  const picture = new Image();
  picture.onload = () => resolve(picture);
  picture.onerror = reject;
  picture.src = URL.createObjectURL(file);
});
