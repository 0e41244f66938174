"""Makes the small image files of this folder, golden.json (the pixels that Pillow decodes from them) and resized.json (a pattern in other sizes).
Needs Python 3 with Pillow (Debian: python3-pil). Run in this folder. JPEG and WebP bytes may differ between versions of Pillow; golden.json always
matches the files beside it.
"""

import io
import json
import struct
import zlib

from PIL import Image, ImageOps

W, H = 20, 12


def gradient():
    """Smooth, so that lossy formats stay close, and different in every orientation."""
    image = Image.new("RGB", (W, H))
    for y in range(H):
        for x in range(W):
            image.putpixel((x, y), (x * 12, y * 20, (x + y) * 8))
    return image


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_16_bit(color_type, pixels):
    """A 16-bit PNG of rows of tuples. Pillow cannot write 16-bit color."""
    rows = b"".join(b"\0" + b"".join(struct.pack(f">{len(p)}H", *p) for p in row) for row in pixels)
    header = struct.pack(">IIBBBBB", W, H, 16, color_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", zlib.compress(rows)) + png_chunk(b"IEND", b"")


def big_endian_tiff(image):
    """An uncompressed big-endian TIFF, which Pillow does not write."""
    tags = [(256, 4, W), (257, 4, H), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1), (278, 4, H), (279, 4, W * H)]
    entries = b"".join(struct.pack(">HHI", t, k, 1) + (struct.pack(">I", v) if k == 4 else struct.pack(">HH", v, 0)) for t, k, v in tags)
    return b"MM\0*" + struct.pack(">I", 8 + W * H) + image.tobytes() + struct.pack(">H", len(tags)) + entries + struct.pack(">I", 0)


golden = {}


def add(name, data, expected=None):
    with open(name, "wb") as file:
        file.write(data)
    image = expected or ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    golden[name] = {"width": image.width, "height": image.height, "rgb": image.tobytes().hex()}


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


base = gradient()
for orientation in [1, 2, 3, 4, 5, 6, 7, 8, 0, 77]:
    exif = Image.Exif()
    exif[0x0112] = orientation
    add(f"orientation_{orientation}.jpg", saved(base, "JPEG", quality=95, subsampling=0, exif=exif))
    # An extended (VP8X) file.
    add(f"orientation_{orientation}.webp", saved(base, "WEBP", lossless=True, exif=exif))

for orientation in [6, 7]:
    exif = Image.Exif()
    exif[0x0112] = orientation
    add(f"orientation_{orientation}.png", saved(base, "PNG", exif=exif))

add("rgb.jpg", saved(base, "JPEG", quality=95, subsampling=0))
add("progressive.jpg", saved(base, "JPEG", quality=95, subsampling=0, progressive=True))
add("gray.jpg", saved(base.convert("L"), "JPEG", quality=95))
add("cmyk.jpg", saved(base.convert("CMYK"), "JPEG", quality=95, subsampling=0))
add("rgb.png", saved(base, "PNG"))
add("gray.png", saved(base.convert("L"), "PNG"))
add("bilevel.png", saved(base.convert("1"), "PNG"))
add("palette.png", saved(base.quantize(16), "PNG"))
add("palette_transparent.png", saved(base.quantize(16), "PNG", transparency=3))
add("gray_alpha.png", saved(base.convert("LA"), "PNG"))

rgba = base.copy()
rgba.putalpha(Image.linear_gradient("L").resize((W, H)))
add("rgba.png", saved(rgba, "PNG"))
add("rgba.webp", saved(rgba, "WEBP", lossless=True, exact=True))

wide = [[(x * 3000 + 77, y * 5000 + 200, (x + y) * 2000 + 33) for x in range(W)] for y in range(H)]
high_bytes = Image.new("RGB", (W, H))
high_bytes.putdata([tuple(v >> 8 for v in pixel) for row in wide for pixel in row])
add("rgb16.png", png_16_bit(2, wide), high_bytes)
high_gray = Image.new("RGB", (W, H))
high_gray.putdata([(pixel[0] >> 8,) * 3 for row in wide for pixel in row])
add("gray16.png", png_16_bit(0, [[(pixel[0],) for pixel in row] for row in wide]), high_gray)

add("rgb.bmp", saved(base, "BMP"))
add("palette.bmp", saved(base.quantize(16), "BMP"))
add("rgb.tif", saved(base, "TIFF", compression="tiff_lzw"))
add("gray.tif", saved(base.convert("L"), "TIFF", compression="packbits"))
add("gray_big_endian.tif", big_endian_tiff(base.convert("L")))
# Pillow applies the orientation of TIFF files when it loads them, so exif_transpose would apply it again.
add("orientation_6.tif", saved(base, "TIFF", tiffinfo={274: 6}), base.transpose(Image.Transpose.ROTATE_270))
# Pillow's own conversion drops alpha too.
add("rgba.tif", saved(rgba, "TIFF", compression="tiff_deflate"))
add("lossy.webp", saved(base, "WEBP", quality=95))
add("lossless.webp", saved(base, "WEBP", lossless=True))

with open("golden.json", "w") as file:
    json.dump(golden, file, indent=1)
    file.write("\n")


def pattern(width, height):
    """Noise from a generator that is easy to repeat in other languages."""
    state, values = 1, bytearray()
    for _ in range(3 * width * height):
        state = (state * 1664525 + 1013904223) % 2**32
        values.append(state >> 24)
    return Image.frombytes("RGB", (width, height), bytes(values))


resized = {}
for width, height in [(31, 11), (10, 7), (8, 23), (62, 46), (45, 20), (3, 2), (1, 1), (40, 9), (16, 12), (29, 22)]:
    resized[f"{width}x{height}"] = pattern(31, 23).resize((width, height), Image.Resampling.BILINEAR).tobytes().hex()
with open("resized.json", "w") as file:
    json.dump(resized, file, indent=1)
    file.write("\n")
