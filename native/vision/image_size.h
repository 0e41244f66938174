#pragma once

#include <cstddef>
#include <cstdint>

namespace vision {

enum class Format { unknown, jpeg, png, webp, bmp, tiff };

struct ImageSize {
  Format format = Format::unknown;
  // In pixels, before any orientation; 0 where the header does not tell.
  uint64_t width = 0;
  uint64_t height = 0;
  // EXIF orientation of a WebP file, 1 to 8. OpenCV 4.6 knows that of JPEG, PNG and TIFF only, later versions WebP's too.
  int webp_orientation = 1;
};

// Reads format and size from a file's header; decodes nothing, allocates nothing, and reads only within the file.
ImageSize read_image_size(const uint8_t* data, size_t size);

// Whether a JPEG file reaches its end-of-image marker. libjpeg fills what is missing with grey and only warns.
bool jpeg_is_complete(const uint8_t* data, size_t size);

// Whether a WebP file is as long as it says.
bool webp_is_complete(const uint8_t* data, size_t size);

// Whether a PNG file's chunks reach to its end marker.
bool png_is_complete(const uint8_t* data, size_t size);

}  // namespace vision
