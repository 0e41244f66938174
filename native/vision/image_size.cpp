#include "image_size.h"

#include <algorithm>
#include <cstring>

namespace vision {
namespace {

// The file's bytes; reading past the end gives zeros, so that a short header becomes a size of zero and is refused.
class Bytes {
 public:
  Bytes(const uint8_t* data, size_t size) : data_(data), size_(size) {}

  size_t size() const { return size_; }
  uint64_t u8(uint64_t at) const { return at < size_ ? data_[at] : 0; }
  uint64_t big(uint64_t at, int count) const {
    uint64_t value = 0;
    for (int i = 0; i < count; i++) value = value << 8 | u8(at + i);
    return value;
  }
  uint64_t little(uint64_t at, int count) const {
    uint64_t value = 0;
    for (int i = count - 1; i >= 0; i--) value = value << 8 | u8(at + i);
    return value;
  }
  bool is(uint64_t at, const char* text) const {
    const size_t length = std::strlen(text);
    return at <= size_ && length <= size_ - at && std::memcmp(data_ + at, text, length) == 0;
  }
  Bytes part(size_t at, uint64_t size) const {
    at = std::min(at, size_);
    return Bytes(data_ + at, static_cast<size_t>(std::min<uint64_t>(size, size_ - at)));
  }
  // The place of the next byte `value`, or the size of the file.
  size_t find(size_t at, uint8_t value) const {
    if (at >= size_) return size_;
    const void* found = std::memchr(data_ + at, value, size_ - at);
    return found ? static_cast<const uint8_t*>(found) - data_ : size_;
  }

 private:
  const uint8_t* data_;
  size_t size_;
};

// A JPEG marker and where the bytes after it begin.
struct Marker {
  int code = 0;
  size_t body = 0;
};

// The next marker as libjpeg finds it: anything up to an FF is skipped, and so are fill bytes and stuffed zeros.
Marker next_marker(const Bytes& file, size_t at) {
  for (;;) {
    at = file.find(at, 0xFF);
    while (at < file.size() && file.u8(at) == 0xFF) at++;
    if (at >= file.size()) return {};
    const int code = static_cast<int>(file.u8(at++));
    if (code != 0) return {code, at};
  }
}

constexpr int jpeg_end = 0xD9;
constexpr int jpeg_scan = 0xDA;

bool has_no_body(int code) { return code == 0x01 || (code >= 0xD0 && code <= 0xD8); }

bool is_frame(int code) { return code >= 0xC0 && code <= 0xCF && code != 0xC4 && code != 0xC8 && code != 0xCC; }

// The first byte after a marker's segment.
size_t after(const Bytes& file, const Marker& marker) { return marker.body + std::max<size_t>(2, file.big(marker.body, 2)); }

ImageSize jpeg(const Bytes& file) {
  ImageSize result{Format::jpeg};
  for (Marker marker = next_marker(file, 2); marker.code != 0 && marker.code != jpeg_end && marker.code != jpeg_scan;) {
    if (is_frame(marker.code)) {
      result.height = file.big(marker.body + 3, 2);
      result.width = file.big(marker.body + 5, 2);
      break;
    }
    marker = next_marker(file, has_no_body(marker.code) ? marker.body : after(file, marker));
  }
  return result;
}

ImageSize png(const Bytes& file) {
  if (!file.is(12, "IHDR")) return {Format::png};
  return {Format::png, file.big(16, 4), file.big(20, 4)};
}

ImageSize bmp(const Bytes& file) {
  ImageSize result{Format::bmp};
  const uint64_t header = file.little(14, 4);
  if (header == 12) {
    result.width = file.little(18, 2);
    result.height = file.little(20, 2);
  } else if (header >= 16) {
    // A negative height says that the rows run from the top.
    const auto width = static_cast<int32_t>(file.little(18, 4));
    const auto height = static_cast<int64_t>(static_cast<int32_t>(file.little(22, 4)));
    result.width = width > 0 ? width : 0;
    result.height = height < 0 ? -height : height;
  }
  return result;
}

// Bytes of TIFF's integer types; a negative number becomes a huge one, and so is refused.
int tiff_bytes(uint64_t type) {
  switch (type) {
    case 1: case 6: return 1;
    case 3: case 8: return 2;
    case 4: case 9: return 4;
    case 16: case 17: return 8;
    default: return 0;
  }
}

bool is_tiff(const Bytes& file) {
  return file.size() >= 8 && ((file.is(0, "II") && (file.u8(2) == 42 || file.u8(2) == 43) && file.u8(3) == 0) ||
                              (file.is(0, "MM") && file.u8(2) == 0 && (file.u8(3) == 42 || file.u8(3) == 43)));
}

// Calls visit(tag, value) for every whole number of the first directory.
template <typename Visit>
void read_tiff(const Bytes& file, Visit visit) {
  const bool is_little = file.is(0, "II");
  const auto read = [&](uint64_t at, int count) { return is_little ? file.little(at, count) : file.big(at, count); };
  const bool is_big_tiff = read(2, 2) == 43;

  const uint64_t directory = is_big_tiff ? read(8, 8) : read(4, 4);
  if (directory >= file.size()) return;
  const uint64_t entry_size = is_big_tiff ? 20 : 12;
  const uint64_t entries = directory + (is_big_tiff ? 8 : 2);
  const uint64_t count = std::min<uint64_t>(read(directory, is_big_tiff ? 8 : 2), (file.size() - directory) / entry_size);
  for (uint64_t i = 0; i < count; i++) {
    const uint64_t entry = entries + i * entry_size;
    const int bytes = tiff_bytes(read(entry + 2, 2));
    if (bytes != 0) visit(read(entry, 2), read(entry + (is_big_tiff ? 12 : 8), bytes));
  }
}

ImageSize tiff(const Bytes& file) {
  ImageSize result{Format::tiff};
  uint64_t tile_width = 0, tile_height = 0;
  read_tiff(file, [&](uint64_t tag, uint64_t value) {
    // Of a tag that comes twice the greater value counts: the limit must hold whichever one a decoder takes.
    uint64_t* place = tag == 256   ? &result.width
                      : tag == 257 ? &result.height
                      : tag == 322 ? &tile_width
                      : tag == 323 ? &tile_height
                                   : nullptr;
    if (place) *place = std::max(*place, value);
  });
  // A decoder allocates a whole tile however small the image is.
  if (result.width != 0 && result.height != 0) {
    result.width = std::max(result.width, tile_width);
    result.height = std::max(result.height, tile_height);
  }
  return result;
}

// EXIF is a TIFF file without an image.
int exif_orientation(const Bytes& exif) {
  int orientation = 1;
  read_tiff(exif, [&](uint64_t tag, uint64_t value) {
    if (tag == 274 && value >= 1 && value <= 8) orientation = static_cast<int>(value);
  });
  return orientation;
}

ImageSize webp(const Bytes& file) {
  ImageSize result{Format::webp};
  if (file.is(12, "VP8X")) {
    result.width = file.little(24, 3) + 1;
    result.height = file.little(27, 3) + 1;
    const bool has_exif = (file.u8(20) & 8) != 0;
    // Chunks are padded to an even length.
    for (uint64_t chunk = 12; has_exif && chunk < file.size(); chunk += 8 + (file.little(chunk + 4, 4) + 1) / 2 * 2) {
      if (!file.is(chunk, "EXIF")) continue;
      const size_t prefix = file.is(chunk + 8, "Exif") ? 6 : 0;
      const Bytes exif = file.part(chunk + 8 + prefix, file.little(chunk + 4, 4));
      if (is_tiff(exif)) result.webp_orientation = exif_orientation(exif);
      break;
    }
  } else if (file.is(12, "VP8L") && file.u8(20) == 0x2F) {
    const uint64_t bits = file.little(21, 4);
    result.width = (bits & 0x3FFF) + 1;
    result.height = (bits >> 14 & 0x3FFF) + 1;
  } else if (file.is(12, "VP8 ") && file.is(23, "\x9D\x01\x2A")) {
    result.width = file.little(26, 2) & 0x3FFF;
    result.height = file.little(28, 2) & 0x3FFF;
  }
  return result;
}

}  // namespace

ImageSize read_image_size(const uint8_t* data, size_t size) {
  const Bytes file(data, size);
  if (file.is(0, "\xFF\xD8\xFF")) return jpeg(file);
  if (file.is(0, "\x89PNG\r\n\x1A\n")) return png(file);
  if (file.is(0, "RIFF") && file.is(8, "WEBP")) return webp(file);
  if (file.is(0, "BM")) return bmp(file);
  if (is_tiff(file)) return tiff(file);
  return {};
}

bool jpeg_is_complete(const uint8_t* data, size_t size) {
  const Bytes file(data, size);
  bool in_scan = false;
  for (Marker marker = next_marker(file, 2); marker.code != 0;) {
    if (marker.code == jpeg_end) return true;
    in_scan |= marker.code == jpeg_scan;
    size_t next = has_no_body(marker.code) ? marker.body : after(file, marker);
    // Within damaged scans what looks like a marker may be none; only believe a segment that fits in the file.
    if (next > size && in_scan) next = marker.body;
    marker = next_marker(file, next);
  }
  return false;
}

bool webp_is_complete(const uint8_t* data, size_t size) {
  return Bytes(data, size).little(4, 4) + 8 <= size;
}

bool png_is_complete(const uint8_t* data, size_t size) {
  const Bytes file(data, size);
  // A chunk: length, name, data, checksum.
  for (uint64_t chunk = 8; chunk + 12 <= size; chunk += 12 + file.big(chunk, 4))
    if (file.is(chunk + 4, "IEND")) return true;
  return false;
}

}  // namespace vision
